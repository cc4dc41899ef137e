import signal
import subprocess
import sys

import pytest

from commerce_app.stack.procfs import read_processes
from commerce_app.stack.throttle import (
    BURST_SECONDS,
    OWED_AT_MOST_SECONDS,
    Budget,
    Members,
    Throttle,
    continue_all,
    cpu_seconds,
    is_stopped,
    send,
)

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
print(child.pid, flush=True)
sys.stdin.read()
child.kill()
"""


@pytest.fixture
def family():
    """A process that sleeps, and its child that never does: their pids."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        yield parent.pid, child
        send([child], signal.SIGCONT)
        parent.stdin.close()


def test_who_uses_less_than_the_share_may_run():
    budget = Budget()
    assert all(budget.may_run(share=0.2, elapsed=0.01, used=0.001) for _ in range(100))
    assert budget.saved == pytest.approx(0.2 * BURST_SECONDS)


def test_who_used_more_waits_until_it_is_earned():
    budget = Budget()
    assert not budget.may_run(share=0.2, elapsed=0.01, used=0.01)
    waits = [budget.may_run(share=0.2, elapsed=0.01, used=0.0) for _ in range(5)]
    assert waits == [False, False, False, True, True]


def test_no_more_is_owed_than_a_short_stop():
    budget = Budget()
    budget.may_run(share=0.2, elapsed=0.01, used=30.0)
    assert budget.saved == -OWED_AT_MOST_SECONDS


def test_over_time_the_share_is_used_by_one_who_always_wants_more():
    budget, used, running = Budget(), 0.0, True
    for _ in range(10_000):
        spent = 0.01 if running else 0.0
        used += spent
        running = budget.may_run(share=0.3, elapsed=0.01, used=spent)
    assert used == pytest.approx(0.3 * 100, rel=0.01)


def test_members_are_the_children_and_roots_without_any(family):
    parent, child = family
    members = Members((parent,))
    members.look()
    assert child in members.pids
    assert parent not in members.pids
    alone = Members((child,))
    alone.look()
    assert alone.pids == (child,)


def test_a_server_over_its_share_is_stopped_and_goes_on_when_it_has_earned_it(family):
    parent, child = family
    now = iter(x / 100 for x in range(1_000_000))
    throttle = Throttle(clock=lambda: next(now))
    throttle.watch_over((parent,), lambda: 0.001)
    while not is_stopped(child):
        throttle.look()
    throttle.watch_over((parent,), lambda: 1.0)
    while is_stopped(child):
        throttle.look()


def test_what_a_fault_froze_stays_frozen(family):
    parent, child = family
    throttle = Throttle()
    throttle.watch_over((parent,), lambda: 0.0)
    while not is_stopped(child):
        throttle.look()
    send([parent], signal.SIGSTOP)
    try:
        throttle.watch_over((parent,), lambda: 1.0)
        while not is_stopped(parent):
            pass
        for _ in range(100):
            throttle.look()
        assert is_stopped(child)
    finally:
        send([parent], signal.SIGCONT)


def test_who_runs_beside_a_server_that_a_fault_froze_goes_on(family):
    parent, child = family
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as neighbour:
        throttle = Throttle()
        throttle.watch_over((parent, neighbour.pid), lambda: 0.0)
        while not is_stopped(neighbour.pid):
            throttle.look()
        send([parent], signal.SIGSTOP)
        while not is_stopped(parent):
            pass
        throttle.look()
        while is_stopped(neighbour.pid):
            pass
        send([parent], signal.SIGCONT)
        neighbour.kill()
    assert is_stopped(child)


def test_whatever_is_stopped_can_be_let_go(family):
    parent, child = family
    send([child], signal.SIGSTOP)
    while not is_stopped(child):
        pass
    continue_all(parent)
    while is_stopped(child):
        pass


def test_of_a_process_that_is_gone_nothing_is_known():
    gone = max(process.pid for process in read_processes()) + 100_000
    assert cpu_seconds(gone) is None
    assert not is_stopped(gone)
    send([gone], signal.SIGCONT)
