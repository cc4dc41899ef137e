"""Stops and continues processes so that together they use a share of a core, as a container's quota does."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from commerce_app.stack.procfs import parse_stat

LOOK_FOR_CHILDREN_SECONDS = 0.1
# What an idle server saves up, in seconds of its share: the period of a container's quota.
BURST_SECONDS = 0.1
# No stop is longer for what one late look let pass.
OWED_AT_MOST_SECONDS = 0.2
PROC = Path("/proc")
NANOSECONDS = 1e9


@dataclass
class Budget:
    """CPU seconds that are saved up; below 0 they are owed."""

    saved: float = 0.0

    def may_run(self, *, share: float, elapsed: float, used: float) -> bool:
        """After ``elapsed`` seconds at ``share`` cores in which ``used`` CPU seconds went."""
        self.saved = min(self.saved + share * elapsed - used, share * BURST_SECONDS)
        self.saved = max(self.saved, -OWED_AT_MOST_SECONDS)
        return self.saved >= 0


class Members:
    """The children of ``roots``, looked up when asked; roots without any are members themselves.

    A PostgreSQL server's first process is not one: it works little, and has to hear signals.
    """

    def __init__(self, roots: Iterable[int]) -> None:
        self.roots = tuple(roots)
        self._parents: dict[int, int] = {}
        self.pids: tuple[int, ...] = ()

    def look(self) -> None:
        """Only processes that are new are asked for their parent."""
        there = {int(folder.name) for folder in PROC.iterdir() if folder.name.isdigit()}
        for pid in [pid for pid in self._parents if pid not in there]:
            del self._parents[pid]
        for pid in there - self._parents.keys():
            try:
                self._parents[pid] = parse_stat((PROC / str(pid) / "stat").read_text(errors="replace")).parent
            except (FileNotFoundError, ProcessLookupError):
                continue
        children = tuple(pid for pid, parent in self._parents.items() if parent in self.roots)
        parents = {self._parents[pid] for pid in children}
        self.pids = (*children, *(root for root in self.roots if root not in parents))


class Throttle:
    """Stops and continues the members so that they use ``share()`` cores over time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._share: Callable[[], float] = lambda: 1.0
        self._clock = clock
        self._members = Members(())
        self._budget = Budget()
        self._used: dict[int, float] = {}
        self._at = clock()
        self._looked_at = float("-inf")
        self._stopped = False

    def watch_over(self, roots: tuple[int, ...], share: Callable[[], float]) -> None:
        """From now on these and their children."""
        self._share = share
        if roots != self._members.roots:
            self.let_go()
            self._members = Members(roots)
            self._looked_at = float("-inf")

    def look(self) -> None:
        """Count what was used since the last look, and stop or continue the members."""
        now = self._clock()
        if now - self._looked_at >= LOOK_FOR_CHILDREN_SECONDS:
            self._members.look()
            self._looked_at = now
        elapsed, self._at = now - self._at, now
        may_run = self._budget.may_run(share=self._share(), elapsed=elapsed, used=self._used_since())
        if any(is_stopped(root) for root in self._members.roots if root not in self._members.pids):
            # A fault froze the whole server: it is the fault's to thaw, but for what runs beside it.
            if self._stopped:
                send(set(self._members.pids) & set(self._members.roots), signal.SIGCONT)
            self._stopped = False
        elif not may_run:
            send(self._members.pids, signal.SIGSTOP)
            self._stopped = True
        elif self._stopped:
            self.let_go()

    def let_go(self) -> None:
        """Whatever was stopped goes on."""
        if self._stopped:
            send(self._members.pids, signal.SIGCONT)
        self._stopped = False

    def _used_since(self) -> float:
        used = {pid: seconds for pid in self._members.pids if (seconds := cpu_seconds(pid)) is not None}
        spent = sum(seconds - self._used[pid] for pid, seconds in used.items() if pid in self._used)
        self._used = used
        return spent


def cpu_seconds(pid: int) -> float | None:
    """CPU time of its first thread, to the nanosecond (``stat`` counts hundredths); None when it is gone."""
    try:
        # A hundred times a second for each process: a Path and a buffered file take three times as long.
        file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return int(os.read(file, 64).split()[0]) / NANOSECONDS
    except ProcessLookupError:
        return None
    finally:
        os.close(file)


def is_stopped(pid: int) -> bool:
    """Whether a signal stopped it."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text[text.rindex(")") + 2] in "Tt"


def continue_all(root: int) -> None:
    """Whatever of the tree a throttle that was killed has left stopped goes on."""
    members = Members((root,))
    members.look()
    send(members.pids, signal.SIGCONT)


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """A signal to those that are still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
