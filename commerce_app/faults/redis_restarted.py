"""Redis goes away with all that was in it, and comes up again, empty."""

from typing import ClassVar, Literal

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site


class RedisRestarted(Fault):
    effect: ClassVar[str] = "Redis is shut down and started again, empty, when healed"
    hits: ClassVar[tuple[str, ...]] = ("redis",)

    type: Literal["redis_restarted"]

    def begin(self, site: Site, name: str) -> None:
        site.servers.valkey.take_down()
        site.regroup()

    def heal(self, site: Site, name: str) -> None:
        site.servers.valkey.bring_back()
        site.regroup()
