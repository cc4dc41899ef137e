"""A neighbour eats the core that the replica runs on."""

import os
from typing import ClassVar, Literal

from pydantic import Field

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site
from commerce_app.stack.process import Placement
from commerce_app.stack.stack import SERVER_NICE

BUSY_LOOP = "while True: pass"


class ReplicaCpuHogged(Fault):
    """Busy loops at the replica's priority, pinned to its core: each takes the share of one backend."""

    effect: ClassVar[str] = "`loops` busy loops on the replica's core, each with the share of one backend"
    hits: ClassVar[tuple[str, ...]] = ("replica",)

    type: Literal["replica_cpu_hogged"]
    loops: int = Field(default=1, ge=1, le=64)

    def begin(self, site: Site, name: str) -> None:
        cores = tuple(sorted(os.sched_getaffinity(site.servers.replica.child.pid)))
        for number in range(self.loops):
            site.crowd.add(f"{name}-{number}")
            site.lend(f"{name}-{number}", ["-I", "-S", "-c", BUSY_LOOP], Placement(SERVER_NICE, cores))
        site.regroup()

    def heal(self, site: Site, name: str) -> None:
        try:
            site.take_back(*(f"{name}-{number}" for number in range(self.loops)))
        finally:
            site.regroup()
