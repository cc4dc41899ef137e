import logging
import threading

import pytest

from alerts import outbox
from alerts.errors import DeliveryError
from alerts.events import Kind
from alerts.notify.console import ConsoleNotifier
from alerts.outbox import Delivery


def failing(times, **more):
    return [DeliveryError("no luck", **{"retryable": True, **more}) for _ in range(times)]


def test_failed_page_is_tried_again_after_1_2_and_4_seconds(world):
    world.notifiers[0].failures = failing(3)
    world.fire("ProductSlow", "product")
    for seconds in (0, 1, 2, 4):
        assert world.sent == []
        world.pass_time(seconds)
    (posting,) = world.postings()
    assert (posting.state, posting.attempts, world.sent) == (Delivery.SENT, 4, ["page"])


def test_page_counts_as_paged_when_it_was_handed_over_successfully(world):
    world.notifiers[0].failures = failing(1)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert world.events(Kind.PAGED) == []
    world.pass_time(1)
    (paged,) = world.events(Kind.PAGED)
    assert (paged.at, paged.attributes["attempts"]) == (world.clock.now(), 2)
    assert world.incidents()[0].paged_at == paged.at


def test_channel_that_asks_for_patience_gets_it_for_all_messages(world):
    world.notifiers[0].failures = failing(1, retry_after_seconds=30.0, pauses_channel=True)
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.fire("MailFails", "mail")
    world.pass_time(29)
    assert world.sent == []
    world.pass_time(1)
    assert world.sent == ["page", "page"]


def test_final_failure_is_marked_logged_and_shown(world, caplog):
    world.notifiers[0].failures = failing(1, retryable=False)
    world.fire("ProductSlow", "product")
    with caplog.at_level(logging.ERROR):
        world.pass_time()
    world.pass_time(100)
    (posting,) = world.postings()
    assert (posting.state, posting.last_error, world.sent) == (Delivery.FAILED, "no luck", [])
    assert "given up after 1 attempts: no luck" in caplog.text
    assert world.events()[-1].text == "not delivered to fake: no luck"


def test_wait_of_one_message_holds_up_no_other_and_is_a_minute_at_most(world):
    world.notifiers[0].failures = failing(1, retry_after_seconds=86_400.0)
    world.fire("ProductSlow", "product")
    world.fire("MailFails", "mail")
    world.pass_time()
    assert [message.incident.services for message, _ in world.notifiers[0].sent] == [("mail",)]
    world.pass_time(60)
    assert world.sent == ["page", "page"]


def test_message_is_tried_for_the_last_time_at_its_deadline(make_world):
    world = make_world(timing={"give_up_after": "20s"})
    world.notifiers[0].failures = failing(100)
    world.fire("ProductSlow", "product")
    for _ in range(40):
        world.pass_time(1)
    (posting,) = world.postings()
    assert (posting.state, posting.attempts) == (Delivery.FAILED, 6)
    assert world.events()[-1].at - posting.created_at == 20


def test_unexpected_error_of_a_notifier_is_tried_again_and_given_up(make_world, caplog, capsys):
    world = make_world(timing={"give_up_after": "20s"})
    world.notifiers[0].failures = [ValueError("surprise") for _ in range(100)]
    world.fire("ProductSlow", "product")
    for _ in range(40):
        world.pass_time(1)
    (posting,) = world.postings()
    assert (posting.state, posting.attempts, posting.last_error) == (
        Delivery.FAILED,
        6,
        "ValueError: surprise",
    )
    assert [record.exc_info is not None for record in caplog.records].count(True) == 1
    assert world.events()[-1].text == "not delivered to fake: ValueError: surprise"
    assert "PAGE  ProductSlow summary" in capsys.readouterr().out


def test_updates_wait_behind_a_page_that_does_not_get_through(world):
    world.notifiers[0].failures = failing(2)
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.fire("OrderErrors", "order")
    world.pass_time(60)
    world.pass_time(60)
    (message, _) = world.notifiers[0].sent[0]
    assert world.sent == ["page"]
    assert [event.text for event in message.news] == ["ProductSlow summary", "OrderErrors summary"]


def test_update_that_came_while_its_page_was_tried_waits_for_the_next_try(world):
    notifier = world.notifiers[0]
    send = notifier.send

    def join_meanwhile(_message, _receipt):
        notifier.send = send
        world.fire("OrderErrors", "order")
        raise DeliveryError("no luck", retryable=True)

    world.fire("ProductSlow", "product")
    notifier.send = join_meanwhile
    world.pass_time()
    assert (world.sent, len(world.postings())) == ([], 2)
    world.pass_time(1)
    assert world.sent == ["page", "update"]


def test_page_overtakes_an_update_that_does_not_get_through(world):
    world.fire("HitRatio", "product", "ticket")
    world.pass_time(30)
    notifier = world.notifiers[0]
    send, failures = notifier.send, failing(1)

    def escalate_meanwhile(_message, _receipt):
        notifier.send = send
        world.fire("ProductSlow", "product")
        raise failures.pop()

    world.record(Kind.MITIGATION, "product")
    notifier.send = escalate_meanwhile
    world.pass_time(15)
    assert world.sent == ["ticket", "page"]
    world.pass_time(1)
    assert world.sent == ["ticket", "page", "update"]


def test_later_messages_know_where_the_first_one_stands(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.record(Kind.MITIGATION, "product")
    world.pass_time(15)
    assert [receipt for _, receipt in world.notifiers[0].sent] == [None, {"ts": "1"}]


def test_channel_is_spoken_to_at_its_pace(make_world, fake_notifier):
    world = make_world(fake_notifier(pace_seconds=1.0))
    world.fire("ProductSlow", "product")
    world.fire("MailFails", "mail")
    world.pass_time()
    assert world.sent == ["page"]
    world.pass_time(1)
    assert world.sent == ["page", "page"]


def test_slow_or_broken_channel_does_not_stop_another(make_world, fake_notifier):
    broken, fine = fake_notifier("broken"), fake_notifier("fine")
    broken.failures = failing(5)
    world = make_world(broken, fine)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert (broken.occasions, fine.occasions) == ([], ["page"])


def killed_while_sending(world):
    """Between claiming and sending: the database is all that is left."""
    world.fire("ProductSlow", "product")

    def die(_message, _receipt):
        raise KeyboardInterrupt

    notifier = world.notifiers[0]
    notifier.send, send = die, notifier.send
    with pytest.raises(KeyboardInterrupt):
        world.pass_time()
    notifier.send = send
    world.app = world.open()


def test_restart_sends_at_once_what_was_being_sent(world):
    killed_while_sending(world)
    notifier, arrived = world.notifiers[0], threading.Event()
    notifier.send = lambda *_: arrived.set()
    world.app.start()
    assert arrived.wait(20)


def test_restart_releases_nothing_in_a_database_that_may_be_shared(make_world, tmp_path):
    world = make_world(database=f"sqlite:///{tmp_path}/shared.db")
    killed_while_sending(world)
    world.app.start()
    world.app.stop()
    assert world.postings()[0].claimed_until > world.clock.now()


def test_message_of_a_worker_that_died_is_sent_by_the_next(world):
    killed_while_sending(world)
    world.pass_time(19)
    assert world.sent == []
    world.pass_time(1)
    assert (world.sent, len(world.events(Kind.PAGED))) == (["page"], 1)


def test_two_workers_send_each_message_once(world):
    other = world.open()
    world.fire("ProductSlow", "product")
    other.step()
    world.pass_time()
    other.stop()
    assert world.sent == ["page"]


def test_settling_after_the_claim_ran_out_is_told(world, caplog):
    other = world.open()
    notifier = world.notifiers[0]
    send = notifier.send

    def slow(message, receipt):
        notifier.send = send
        world.clock.advance(21)
        other.step()
        return send(message, receipt)

    notifier.send = slow
    world.fire("ProductSlow", "product")
    world.pass_time()
    other.stop()
    assert (world.sent, len(world.events(Kind.PAGED))) == (["page", "page"], 1)
    assert "it may arrive twice" in caplog.text


def test_changes_just_before_are_part_of_the_message(world):
    world.record(Kind.DEPLOY, "product", text="1.4.2", at=world.clock.now() - 300, author="kim")
    world.record(Kind.DEPLOY, "mail", text="7", at=world.clock.now() - 300)
    world.record(Kind.SWITCH, "redis", text="too old", at=world.clock.now() - 901)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert [event.text for event in world.notifiers[0].sent[0][0].changes] == ["1.4.2"]


def test_page_that_is_given_up_is_printed(world, capsys):
    world.notifiers[0].failures = failing(1, retryable=False)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert "PAGE  ProductSlow summary" in capsys.readouterr().out
    assert [event.text for event in world.events(Kind.NOTE)] == ["not delivered to fake: no luck"]
    assert world.events(Kind.PAGED) == []


def test_page_that_is_given_up_is_printed_though_the_worker_dies(world, capsys, monkeypatch):
    world.notifiers[0].failures = failing(1, retryable=False)
    world.fire("ProductSlow", "product")

    def die(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "settle", die)
    with pytest.raises(KeyboardInterrupt):
        world.pass_time()
    assert "PAGE  ProductSlow summary" in capsys.readouterr().out


def test_page_is_given_up_though_the_console_is_gone(world, caplog, monkeypatch):
    world.notifiers[0].failures = failing(1, retryable=False)
    world.fire("ProductSlow", "product")

    def break_pipe(*_args):
        raise BrokenPipeError

    monkeypatch.setattr(ConsoleNotifier, "send", break_pipe)
    world.pass_time()
    assert [posting.state for posting in world.postings()] == [Delivery.FAILED]
    assert "the last resort failed as well" in caplog.text


def test_page_that_is_tried_again_is_not_printed(world, capsys):
    world.notifiers[0].failures = failing(1)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert capsys.readouterr().out == ""


def test_ticket_that_is_given_up_is_not_printed(world, capsys):
    world.notifiers[0].failures = failing(1, retryable=False)
    world.fire("HitRatio", "product", "ticket")
    world.pass_time(30)
    assert len(world.events(Kind.NOTE)) == 1
    assert capsys.readouterr().out == ""


def test_page_that_is_given_up_is_not_printed_twice(make_world, fake_notifier, capsys):
    console, hook = fake_notifier("console"), fake_notifier("webhook")
    world = make_world(console, hook)
    hook.failures = failing(1, retryable=False)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert console.occasions == ["page"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("back_seconds", [0.3, 45, 3600])
def test_clock_that_is_put_back_holds_up_no_page(make_world, fake_notifier, back_seconds):
    world = make_world(fake_notifier(pace_seconds=1.0))
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.clock.advance(-back_seconds)
    world.fire("MailFails", "mail", startsAt=world.clock.now())
    world.pass_time()
    assert world.sent == ["page", "page"]


@pytest.mark.parametrize("back_seconds", [50, 70, 3600])
def test_page_that_is_tried_again_does_not_wait_until_the_clock_is_where_it_was(world, back_seconds):
    world.clock.advance(100)
    world.notifiers[0].failures = failing(1, retry_after_seconds=60.0)
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.clock.advance(-back_seconds)
    world.pass_time()
    assert world.postings()[0].attempts == 2


def test_update_after_the_clock_was_put_back_waits_as_ever(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.clock.advance(-3600)
    world.record(Kind.MITIGATION, "product")
    world.pass_time(15)
    assert world.sent == ["page", "update"]


def test_claim_from_before_the_clock_was_put_back_ends(world):
    killed_while_sending(world)
    world.pass_time(-3600)
    assert world.sent == ["page"]
