"""Stops a process tree, and lets it go on when it is itself told to end: ``python -m … PID``.

A child of the drill that gets SIGTERM when the drill dies. PostgreSQL needs it: its processes have groups of
their own, and one that is stopped would outlive its postmaster, unseen and for ever.
"""

import os
import signal
import sys
from collections import defaultdict

from commerce_app.stack.procfs import read_processes

FROZEN = "frozen"
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def tree_of(root: int) -> list[int]:
    """The process and its descendants, parents first: a parent that is stopped starts no more children."""
    children = defaultdict(list)
    for process in read_processes():
        children[process.parent].append(process.pid)
    found = [root]
    for pid in found:
        found.extend(children[pid])
    return found


def freeze(root: int) -> list[int]:
    """Stop the tree until no member of it is left running; returns all that were stopped, root first."""
    stopped: dict[int, None] = {}
    while fresh := [pid for pid in tree_of(root) if pid not in stopped]:
        for pid in fresh:
            stopped[pid] = None
            _send(pid, signal.SIGSTOP)
    return list(stopped)


def thaw(stopped: list[int]) -> None:
    """Children first, so that the root finds them awake."""
    for pid in reversed(stopped):
        _send(pid, signal.SIGCONT)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def main(root: int) -> None:
    """Blocks the signals that end it first: none may come between stopping and the promise to undo it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    stopped = freeze(root)
    try:
        print(FROZEN, flush=True)
        signal.sigwait(ENDS)
    finally:
        thaw(stopped)


if __name__ == "__main__":
    main(int(sys.argv[1]))
