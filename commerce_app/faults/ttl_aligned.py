"""All that the cache holds grows old at one moment, as what was filled together does."""

from typing import ClassVar, Literal

from pydantic import Field

from commerce_app.faults.fault import Fault
from commerce_app.faults.keys import align_expiry, cache_client
from commerce_app.faults.site import Site


class TtlAligned(Fault):
    """Keys that would expire sooner keep their time: a lock is not held longer than it was meant."""

    effect: ClassVar[str] = (
        "what the keys that `match` hold is fresh for `in_seconds` more and no longer, "
        "as if filled together; a shop that keeps stale copies keeps them as long past that as ever"
    )
    hits: ClassVar[tuple[str, ...]] = ("redis",)
    is_instant: ClassVar[bool] = True

    type: Literal["ttl_aligned"]
    in_seconds: float = Field(default=2.0, ge=0, le=3600)
    match: str = "*"

    def begin(self, site: Site, name: str) -> None:
        with cache_client(site) as redis:
            align_expiry(redis, self.match, self.in_seconds)
