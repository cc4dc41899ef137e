import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commerce_app.stack.errors import ServerFailedError
from commerce_app.stack.process import Child, Placement, run, wait_until

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
PARENT = """
import sys, time
from pathlib import Path
from commerce_app.stack.process import Child
child = Child.start("c", {command!r}, Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        os.sched_yield()


@pytest.fixture
def sleeper(tmp_path):
    child = Child.start("sleeper", SLEEP, tmp_path / "log", placement=Placement(nice=3, cpus=(0,)))
    yield child
    child.kill()


def test_runs_at_its_priority_on_its_core_in_its_own_group(sleeper):
    wait_until(lambda: "up" in sleeper.log_tail(), sleeper, 10)
    assert os.getpriority(os.PRIO_PROCESS, sleeper.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 3
    assert os.sched_getaffinity(sleeper.pid) == {0}
    assert os.getpgid(sleeper.pid) == sleeper.pid


def test_stop_ends_it(sleeper):
    sleeper.stop()
    assert sleeper.exit_code() == -signal.SIGTERM
    assert not is_alive(sleeper.pid)


def test_dies_when_its_parent_is_killed(tmp_path):
    script = PARENT.format(command=SLEEP)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "log")], stdout=subprocess.PIPE
    ) as parent:
        pid = int(parent.stdout.readline())
        wait_for(lambda: "up" in (tmp_path / "log").read_text())
        parent.kill()
        wait_for(lambda: not is_alive(pid))


def test_says_the_end_of_the_log_when_it_ends_by_itself(tmp_path):
    child = Child.start("db", [sys.executable, "-c", "print('no space left'); exit(3)"], tmp_path / "log")
    with pytest.raises(ServerFailedError, match=r"db: ended by itself \(exit code 3\)(?s:.*)no space left"):
        wait_until(lambda: False, child, 10)


def test_kills_what_takes_too_long(tmp_path):
    with pytest.raises(ServerFailedError, match=r"not done within 0\.2 s"):
        run("slow", SLEEP, tmp_path / "log", timeout_seconds=0.2)
