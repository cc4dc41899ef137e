"""Becomes another program that dies with its parent, at a given priority, on given cores, under a given user.

Run as a script (``python -I -S launch.py --parent PID … -- PROGRAM ARGUMENTS``): between fork and exec of
a process with threads no Python code is safe. Imports the standard library only.
"""

import argparse
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Options, then the program and its arguments after ``--``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True, help="pid whose death ends the program")
    parser.add_argument("--death-signal", type=int, default=int(signal.SIGKILL))
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--cpus", default="", help="comma-separated core numbers; empty: any")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def place(nice: int, cpus: str) -> None:
    """Priority and cores."""
    if nice:
        os.nice(nice)
    if cpus:
        os.sched_setaffinity(0, {int(cpu) for cpu in cpus.split(",")})


def become_user(uid: int | None, gid: int | None) -> None:
    """Give up root for good."""
    if uid is None or gid is None:
        return
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with(parent: int, death_signal: int) -> None:
    """Must come after a change of user, which forgets the death signal."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit(f"launch: parent {parent} is gone")


def main(arguments: list[str]) -> None:
    """Never returns: this process becomes the program."""
    options = parse(arguments)
    # A shell's background job ignores Ctrl-C, and its children would too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    place(options.nice, options.cpus)
    become_user(options.uid, options.gid)
    die_with(options.parent, options.death_signal)
    os.execvp(options.command[0], options.command)  # noqa: S606 -- becoming the given program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
