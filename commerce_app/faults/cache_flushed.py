"""The cache is empty from one moment to the next."""

from typing import ClassVar, Literal

from commerce_app.faults.fault import Fault
from commerce_app.faults.keys import cache_client
from commerce_app.faults.site import Site


class CacheFlushed(Fault):
    effect: ClassVar[str] = "every key of the cache is gone (`FLUSHALL`)"
    hits: ClassVar[tuple[str, ...]] = ("redis",)
    is_instant: ClassVar[bool] = True

    type: Literal["cache_flushed"]

    def begin(self, site: Site, name: str) -> None:
        with cache_client(site) as redis:
            redis.flushall()
