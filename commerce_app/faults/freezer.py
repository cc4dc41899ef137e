"""Stops a process tree, and lets it go on when it is itself told to end: ``python -m … PID``.

A child of the drill that gets SIGTERM when the drill dies. PostgreSQL needs it: its processes have groups of
their own, and one that is stopped would outlive its postmaster, unseen and for ever.
"""

import os
import signal
import sys

from commerce_app.stack.procfs import read_processes, tree_of

FROZEN = "frozen"
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def freeze(root: int) -> list[int]:
    """Stop the tree until no member of it is left running; returns all that were stopped, root first.

    Parents come first: one that is stopped starts no more children.
    """
    stopped: dict[int, None] = {}
    while fresh := [one.pid for one in tree_of(root, read_processes()) if one.pid not in stopped]:
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
