"""Makes a server as small as a drill declares it: it may use so much of a core, and does as much anywhere.

A replica that owned a core of whatever machine this is would carry twice as much on one as on another, or on
the same one an hour later. So its share of a core grows as the machine gets slower: what it can do a second
stays.
"""

import asyncio
from functools import partial
from pathlib import Path

from commerce_app.stack.groups import Group, read_groups
from commerce_app.stack.speed import Speed
from commerce_app.stack.throttle import Throttle

# CPU seconds of the work of speed.py on the core that shares are declared in.
REFERENCE_WORK_SECONDS = 0.0015
EVERY_SECONDS = 0.01
LOOKS_A_READING = 50


def share_now(reference_cores: float, work_seconds: float | None, cores: int) -> float:
    """As many cores as do what ``reference_cores`` would, while the work takes so long: at most all."""
    slower = 1.0 if work_seconds is None else work_seconds / REFERENCE_WORK_SECONDS
    return min(reference_cores * slower, float(cores))


class Allowances:
    """Holds each group of the file ``groups_file`` to its share, if it has one."""

    def __init__(self, groups_file: Path, speed: Speed) -> None:
        self._groups_file = groups_file
        self._speed = speed
        self._throttles: dict[str, Throttle] = {}

    def cores(self, group: Group) -> float:
        """Cores of this machine that the group may use now."""
        if group.share is None:
            return group.cores
        return share_now(group.share, self._speed.work_seconds_now, group.cores)

    def read(self) -> None:
        """Take the groups' members and shares from the file."""
        for name, group in read_groups(self._groups_file).items():
            if group.share is not None:
                throttle = self._throttles.setdefault(name, Throttle())
                throttle.watch_over(group.pids, partial(self.cores, group))

    async def watch(self) -> None:
        """For ever; when that ends, whatever is stopped goes on."""
        try:
            while True:
                self.read()
                for _ in range(LOOKS_A_READING):
                    for throttle in self._throttles.values():
                        throttle.look()
                    await asyncio.sleep(EVERY_SECONDS)
        finally:
            for throttle in self._throttles.values():
                throttle.let_go()
