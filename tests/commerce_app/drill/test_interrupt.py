"""Starts real drills and ends them at bad moments: nothing may be left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

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


@pytest.fixture
def broken_scenario(small_scenario):
    """Servers frozen, down, hogged and cut off, all at once."""
    content = yaml.safe_load(small_scenario.read_text())
    faults = [
        {"type": "replica_cpu_hogged", "loops": 2},
        {"type": "primary_restarted"},
        {"type": "partition", "target": "redis"},
        *({"type": "process_frozen", "target": target} for target in ("shop", "redis", "replica")),
    ]
    content["steps"] = [
        {"name": f"step-{n}", "at_seconds": 1, "text": {"en": f"broken {n}", "ko": "장애"}, "fault": fault}
        for n, fault in enumerate(faults)
    ]
    content["steps"].append({"name": "all", "at_seconds": 2, "text": {"en": "all broken", "ko": "장애"}})
    content.pop("expects")
    small_scenario.write_text(yaml.safe_dump(content))
    return small_scenario


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_what_faults_hold_is_let_go(broken_scenario, tmp_path, number, code):
    before = children()
    drill = start_drill(broken_scenario, tmp_path / "out")
    read_until(drill, "all broken")
    drill.send_signal(number)
    assert drill.wait(30) == code
    assert "not healed" not in drill.stdout.read()
    drill.stdout.close()
    require_gone(before)


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
    require_gone(before)


def require_gone(before: set[int]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while left := children() - before:
        assert time.monotonic() < deadline, [Path(f"/proc/{pid}/cmdline").read_text() for pid in left]
        os.sched_yield()
