"""A process that is there, keeps its connections, and does nothing."""

from typing import ClassVar, Literal

from commerce_app.faults.fault import Fault
from commerce_app.faults.freezer import FROZEN
from commerce_app.faults.site import Site
from commerce_app.stack.process import Placement, wait_until

FREEZE_SECONDS = 15.0


class ProcessFrozen(Fault):
    """SIGSTOP to a process tree, by a child that wakes it when it ends itself, however the drill ends."""

    effect: ClassVar[str] = "the processes of `target` stop where they are (SIGSTOP) and go on when healed"

    type: Literal["process_frozen"]
    target: Literal["redis", "replica", "primary", "shop"]

    @property
    def touches(self) -> tuple[str, ...]:
        return ("product" if self.target == "shop" else self.target,)

    def begin(self, site: Site, name: str) -> None:
        pid = site.process(self.target).pid
        freezer = site.lend(name, ["-m", "commerce_app.faults.freezer", str(pid)], Placement())
        wait_until(lambda: FROZEN in freezer.log_tail(), freezer, FREEZE_SECONDS)

    def heal(self, site: Site, name: str) -> None:
        site.take_back(name)
