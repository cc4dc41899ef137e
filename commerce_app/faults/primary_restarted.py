"""The primary goes down and comes up again."""

from typing import ClassVar, Literal

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site


class PrimaryRestarted(Fault):
    """A fast shutdown: sessions are ended, what was committed is kept. It is down for ``for_seconds``.

    Never an immediate one: with ``synchronous_commit`` off that would lose what customers were told.
    """

    effect: ClassVar[str] = "the primary is shut down (fast: no commit is lost) and started again when healed"
    hits: ClassVar[tuple[str, ...]] = ("primary",)

    type: Literal["primary_restarted"]

    def begin(self, site: Site, name: str) -> None:
        site.servers.primary.take_down()
        site.regroup()

    def heal(self, site: Site, name: str) -> None:
        site.servers.primary.bring_back()
        site.regroup()
