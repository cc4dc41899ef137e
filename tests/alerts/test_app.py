import logging
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from alerts.app import build_notifiers
from alerts.config import parse_config
from alerts.errors import RequestError, StorageError
from alerts.events import Kind
from alerts.outbox import Delivery
from alerts.rounds import Round
from collector.clock import ManualClock

SLACK = {"notify": "slack", "slack": {"channel": "#i", "token_env": "MY_TOKEN"}}


def names(raw, **environ):
    return [(each.name, type(each).__name__) for each in build_notifiers(parse_config(raw), environ)]


def test_console_stands_in_for_slack_without_a_token(caplog):
    assert names(SLACK) == [("console", "ConsoleNotifier")]
    assert "MY_TOKEN is not set, messages go to the console" in caplog.text


def test_token_comes_from_the_named_variable():
    assert names(SLACK, MY_TOKEN="xoxb-1") == [("slack", "SlackNotifier")]


def test_shadow_adds_the_console():
    assert [name for name, _ in names({**SLACK, "shadow": True}, MY_TOKEN="x")] == ["console", "slack"]


def test_several_channels():
    raw = {"notify": ["console", "webhook"], "webhook": {"url": "http://hook"}}
    assert [name for name, _ in names(raw)] == ["console", "webhook"]


def test_malformed_alert_is_named_and_the_others_are_taken(world):
    with pytest.raises(RequestError, match="at least one label pair required"):
        world.app.send([{"labels": {}}, world.alert("ProductSlow", "product")])
    assert len(world.incidents()) == 1


def test_threads_deliver_without_being_asked(make_world, fake_notifier):
    called = threading.Event()

    class Rings(fake_notifier):
        def send(self, message, receipt):
            called.set()
            return super().send(message, receipt)

    world = make_world(Rings())
    world.app.start()
    world.fire("ProductSlow", "product")
    assert called.wait(20)
    world.app.stop()
    assert (world.sent, len(world.events(Kind.PAGED))) == (["page"], 1)


def test_round_outlives_an_error(caplog):
    second = threading.Event()
    errors = [ValueError("one bad row")]

    def step():
        if errors:
            raise errors.pop()
        second.set()
        return False

    thread = Round("test-round", step, ManualClock())
    with caplog.at_level(logging.ERROR):
        thread.start()
        thread.nudge()
        assert second.wait(20)
        thread.stop()
    assert "test-round: a round failed" in caplog.text


def test_error_that_lasts_is_one_line_a_minute(caplog):
    clock, rounds, done = ManualClock(), iter(range(5)), threading.Event()

    def step():
        if next(rounds, None) is None:
            done.set()
            return False
        clock.advance(30)
        raise StorageError("incidents cannot be read: malformed")

    thread = Round("test-round", step, clock)
    for _ in range(5):
        thread._one()
    said = "test-round: a round failed, the next one comes: StorageError: incidents cannot be read: malformed"
    again = " (2 times since it was last logged)"
    assert [record.message for record in caplog.records] == [said, said + again, said + again]
    assert {record.exc_info for record in caplog.records} == {False}


def test_stopping_what_never_started_is_fine(world):
    world.app.stop()


KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from alerts.app import Alerts
    from alerts.config import parse_config
    from collector.clock import ManualClock

    class Dies:
        name, wakes_people, pace_seconds, keeps_groups = "fake", True, 0.0, False

        def send(self, message, receipt):
            os.kill(os.getpid(), signal.SIGKILL)

    app = Alerts(
        parse_config({}), Path(sys.argv[1]), clock=ManualClock(1756861500.0),
        slos_provider=list, signals_provider=dict, depends_on={}, notifiers=[Dies()],
    )
    app.send([{"labels": {"alertname": "ProductSlow", "service": "product", "severity": "page"}}])
    app.step()
""")


@pytest.mark.servers
def test_page_survives_kill_9_in_the_middle_of_sending(world):
    killed = subprocess.run([sys.executable, "-c", KILLED, world.folder], check=False, timeout=30)
    assert killed.returncode == -signal.SIGKILL
    (posting,) = world.postings()
    assert (posting.state, posting.attempts) == (Delivery.PENDING, 1)
    world.pass_time(20)
    assert (world.sent, world.postings()[0].state) == (["page"], Delivery.SENT)
    assert len(world.events(Kind.DETECTED)) == len(world.events(Kind.PAGED)) == 1
