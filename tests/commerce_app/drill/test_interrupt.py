"""Starts real drills and ends them at bad moments: nothing may be left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commerce_app.stack.procfs import parse_stat

pytestmark = pytest.mark.servers

PR_SET_CHILD_SUBREAPER = 36
GONE_SECONDS = 10.0


@pytest.fixture(autouse=True)
def _adopting():
    """Orphans of the drill become our children, so that none can hide."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0)


def start_drill(scenario: Path, out: Path) -> "subprocess.Popen[str]":
    command = [
        Path(sys.executable).parent / "fireline",
        "drill",
        "run",
        scenario,
        "--protected",
        "--out",
        out,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def read_until(drill, text: str) -> str:
    seen = ""
    for line in drill.stdout:
        seen += line
        if text in line:
            return seen
    pytest.fail(f"the drill never said {text!r}:\n{seen}")


def children() -> set[int]:
    """Our living children, adopted ones too."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = parse_stat((folder / "stat").read_text(errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[stat.pid] = stat.parent
    return {pid for pid, parent in found.items() if parent == os.getpid() and not is_reaped(pid)}


def is_reaped(pid: int) -> bool:
    """Whether the child has ended; then it is taken off the list."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        ("starting Valkey", signal.SIGINT, 130),
        ("filling the database", signal.SIGTERM, 130),
        ("starting Fireline", signal.SIGINT, 130),
        ("customers begin", signal.SIGINT, 130),
        ("customers begin", signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_nothing_is_left_behind(small_scenario, tmp_path, moment, number, code):
    before = children()
    drill = start_drill(small_scenario, tmp_path / "out")
    read_until(drill, moment)
    drill.send_signal(number)
    assert drill.wait(30) == code
    drill.stdout.close()
    deadline = time.monotonic() + GONE_SECONDS
    while left := children() - before:
        assert time.monotonic() < deadline, [Path(f"/proc/{pid}/cmdline").read_text() for pid in left]
        os.sched_yield()
