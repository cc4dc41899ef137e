"""What a fault may lay its hands on: the servers of a drill, the shop, and the proxies between them."""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commerce_app.faults.errors import FaultError
from commerce_app.faults.proxy_client import ProxyClient
from commerce_app.stack.process import Child, Placement
from commerce_app.stack.stack import Servers

Flip = Callable[[Mapping[str, bool], str], None]


@dataclass
class Site:
    """``flip`` sets the shop's switches, with a reason; raises FaultError.

    regroup: is told when processes come and go.
    logs: the folder for the logs of children that faults start. hands: these children, by the faults' names;
    those in ``crowd`` are on the replica's core.
    """

    servers: Servers
    proxies: ProxyClient
    shop: Child
    flip: Flip
    logs: Path
    regroup: Callable[[], None] = lambda: None
    hands: dict[str, Child] = field(default_factory=dict)
    crowd: set[str] = field(default_factory=set)

    def process(self, server: str) -> Child:
        """The process of ``redis``, ``primary``, ``replica`` or ``shop``."""
        servers = self.servers
        return {
            "redis": servers.valkey.child,
            "primary": servers.primary.child,
            "replica": servers.replica.child,
            "shop": self.shop,
        }[server]

    def beside_replica(self) -> tuple[int, ...]:
        """Pids of what faults have put on the replica's core."""
        return tuple(self.hands[name].pid for name in self.hands if name in self.crowd)

    def lend(self, name: str, arguments: list[str], placement: Placement) -> Child:
        """Start Python with ``arguments`` for the fault ``name``; it ends with the drill, by SIGTERM.

        From the main thread only, as every child.
        """
        log = self.logs / f"{name}.log"
        # What an earlier one of this name said is not this one's word.
        log.unlink(missing_ok=True)
        child = Child.start(
            name,
            [sys.executable, *arguments],
            log,
            placement=placement,
            # What it holds, it lets go when the drill is killed: SIGKILL would give it no chance.
            death_signal=signal.SIGTERM,
        )
        self.hands[name] = child
        return child

    def take_back(self, *names: str) -> None:
        """End what was lent under these names, if anything was.

        Raises:
            FaultError: when one had ended by itself, so that the fault was not what it was meant to be.
        """
        ended = []
        for child in [self.hands.pop(name) for name in names if name in self.hands]:
            if child.exit_code() is not None:
                ended.append(f"{child.name}: ended by itself: {child.log_tail() or 'its log is empty'}")
            child.stop()
        if ended:
            raise FaultError("; ".join(ended))
