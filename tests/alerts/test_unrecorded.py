import logging
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alerts.errors import DeliveryError, StorageError
from alerts.events import Kind
from alerts.notify.content import write
from alerts.notify.message import Style
from alerts.notify.webhook import payload
from alerts.receive import Alert, format_time
from alerts.silence import Silence, put
from alerts.unrecorded import AGAIN_SECONDS, MOST_REMEMBERED, MOST_WAITING, Herald, choose, compose
from collector.labels import Labels, Matcher, MatchOp


def page(name="Slow", **labels):
    named = Labels({"alertname": name, "service": "product", "severity": "page", **labels})
    return Alert(named, {"summary": f"{name} summary", "description": "52 times"}, 100.0, 1e9)


def refuse_writes(world):
    """SQLite refuses every write from now on, as on a disk that is mounted read-only."""

    def prepare(connection, _record):
        connection.execute("PRAGMA query_only=ON")

    engine = world.app.database._engine
    sa.event.listen(engine, "connect", prepare)
    engine.dispose()

    def allow():
        sa.event.remove(engine, "connect", prepare)
        engine.dispose()

    return allow


def fire_unrecorded(world, *alert):
    with pytest.raises(StorageError, match="readonly"):
        world.fire(*alert)
    world.app.step()


@pytest.mark.parametrize(
    ("later", "count"), [(0.0, 0), (AGAIN_SECONDS - 1, 0), (AGAIN_SECONDS, 1)], ids=["now", "soon", "4h"]
)
def test_page_is_chosen_again_after_four_hours(later, count):
    first, told = choose({}, [page(), page()], 100.0)
    again, _ = choose(told, [page()], 100.0 + later)
    assert (len(first), len(again)) == (1, count)


def test_memory_keeps_the_latest():
    told = {str(number): 100.0 for number in range(MOST_REMEMBERED)}
    _, after = choose(told, [page()], 101.0)
    assert (len(after), "0" in after, page().fingerprint in after) == (MOST_REMEMBERED, False, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "NOT RECORDED, there is no incident to take: disk full"), ("ko", "기록되지 않음")],
)
def test_message_says_why_it_is_not_recorded_and_links_to_no_page(language, said):
    later = replace(page("Later"), starts_at=200.0)
    content = write(
        compose([later, page()], "disk full", language, 300.0, shadow=False),
        Style(language, base_url="http://here"),
    )
    assert (content.title, content.links, content.takes_acts) == ("Slow summary", (), False)
    assert content.failing[0].startswith(said)
    assert content.failing[0].endswith("52 times")


def test_page_that_cannot_be_stored_is_told_once(world):
    refuse_writes(world)
    for _ in range(3):
        fire_unrecorded(world, "ProductSlow", "product")
        world.clock.advance(60)
    ((message, _),) = world.notifiers[0].sent
    assert (message.is_recorded, message.incident.title) == (False, "ProductSlow summary")
    assert "readonly database" in message.alerts[0].alert.annotations["description"]


def test_ticket_that_cannot_be_stored_wakes_nobody(world):
    refuse_writes(world)
    fire_unrecorded(world, "HitRatio", "product", "ticket")
    assert world.sent == []


def test_page_is_recorded_once_the_store_works_again(world):
    allow = refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    allow()
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert [message.is_recorded for message, _ in world.notifiers[0].sent] == [False, True]
    assert len(world.events(Kind.PAGED)) == 1


def test_page_that_was_told_already_is_not_told_again(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    assert world.sent == ["page"]


def silence_product(world):
    now = world.clock.now()
    matchers = (Matcher("service", MatchOp.EQUAL, "product"),)
    quiet = Silence("", matchers, now, now + 600, "kim", "known", now)
    world.app.database.change(lambda connection: put(connection, quiet, now))


def test_page_that_joined_under_a_silence_is_told_when_that_has_ended(world):
    world.fire("OrderErrors", "order")
    world.pass_time()
    silence_product(world)
    world.fire("ProductSlow", "product", "page")
    refuse_writes(world)
    world.clock.advance(600)
    with pytest.raises(StorageError, match="readonly"):
        world.fire("ProductSlow", "product")
    world.app._heralds[0].step()
    assert [message.is_recorded for message, _ in world.notifiers[0].sent] == [True, False]


def test_silenced_page_stays_silent(world):
    silence_product(world)
    refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    assert world.sent == []


def test_page_is_told_though_nothing_can_be_read(world, monkeypatch):
    def fail(*_arguments):
        raise StorageError("readonly: disk I/O error")

    monkeypatch.setattr(world.app.database, "read", fail)
    monkeypatch.setattr(world.app.database, "change", fail)
    with pytest.raises(StorageError):
        world.fire("ProductSlow", "product")
    world.app._heralds[0].step()
    assert world.sent == ["page"]


def test_what_did_not_arrive_is_told_when_it_is_sent_again(fake_notifier, caplog):
    herald = Herald(notifier := fake_notifier(), "en", shadow=False)
    notifier.failures = [DeliveryError("no luck", retryable=False)]
    with caplog.at_level(logging.ERROR):
        for at in (100.0, 160.0):
            herald.offer([page()], "disk full", at)
            herald.step()
    assert notifier.occasions == ["page"]
    assert "fake: a page that is not recorded did not arrive: no luck" in caplog.text


def test_what_waits_is_bounded(fake_notifier, caplog):
    herald = Herald(notifier := fake_notifier(), "en", shadow=False)
    for number in range(MOST_WAITING + 1):
        herald.offer([page(f"Slow{number}")], "disk full", 100.0)
    for _ in range(MOST_WAITING + 1):
        herald.step()
    assert len(notifier.sent) == MOST_WAITING
    assert "fake: 1 pages that are not recorded wait untold" in caplog.text


def test_not_ready_while_incidents_cannot_be_written(world):
    assert world.app.unready() == ""
    refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    assert world.app.unready() == "incidents cannot be written: attempt to write a readonly database"


def test_page_that_cannot_be_stored_is_printed_too(world, capsys):
    refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    assert "NOT RECORDED" in capsys.readouterr().out


@pytest.fixture
def grouped(make_world, fake_notifier):
    """A channel that keeps groups, told of a page without a record."""
    world = make_world(fake_notifier(keeps_groups=True))
    world.allow = refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    return world


def ends(world):
    """The groups and the ends that the channel was told, without those of incidents."""
    sent = [message for message, _ in world.notifiers[0].sent if not message.is_recorded]
    return [payload(message, "team", Style())["alerts"][0]["endsAt"] for message in sent[1:]], [
        payload(message, "team", Style())["status"] for message in sent
    ]


def test_group_of_a_page_is_resolved_once_that_is_recorded(grouped):
    grouped.allow()
    grouped.clock.advance(60)
    grouped.fire("ProductSlow", "product")
    for _ in range(3):
        grouped.pass_time(60)
    assert ends(grouped) == ([format_time(grouped.clock.now() - 180)], ["firing", "resolved"])
    keys = {message.incident.id for message, _ in grouped.notifiers[0].sent if not message.is_recorded}
    assert len(keys) == 1


def test_group_of_a_page_is_resolved_once_that_is_sent_as_ended(grouped):
    grouped.clock.advance(60)
    with pytest.raises(StorageError):
        grouped.end("ProductSlow", "product")
    grouped.app.step()
    assert ends(grouped) == ([format_time(grouped.clock.now())], ["firing", "resolved"])


def test_group_of_a_page_that_is_sent_no_more_is_resolved(grouped):
    grouped.pass_time(200)
    fire_unrecorded(grouped, "ProductSlow", "product")
    grouped.pass_time(299)
    assert ends(grouped)[1] == ["firing"]
    grouped.pass_time(1)
    assert ends(grouped) == ([format_time(grouped.clock.now())], ["firing", "resolved"])


def test_group_of_two_pages_is_resolved_with_the_last_of_them(make_world, fake_notifier):
    world = make_world(fake_notifier(keeps_groups=True))
    refuse_writes(world)
    both = [world.alert(name, "product") for name in ("ProductSlow", "ProductErrors")]
    for alerts in (both, both[:1]):
        with pytest.raises(StorageError):
            world.app.send(alerts)
        world.pass_time(200)
    world.pass_time(99)
    assert ends(world)[1] == ["firing"]
    world.pass_time(1)
    assert ends(world)[1] == ["firing", "resolved"]


def test_end_that_does_not_arrive_is_told_again_for_an_hour(grouped, caplog):
    notifier = grouped.notifiers[0]
    notifier.failures = [DeliveryError("no luck", retryable=True) for _ in range(1000)]
    for _ in range(400):
        grouped.pass_time(15)
    assert 230 < 1000 - len(notifier.failures) < 250
    assert "fake: the end of unrecorded-" in caplog.text
    assert caplog.messages[-1].endswith("did not arrive and is given up")


def test_end_is_told_again_though_the_clock_was_put_back(grouped):
    grouped.clock.advance(400)
    grouped.notifiers[0].failures = [DeliveryError("no luck", retryable=True)]
    grouped.app.step()
    grouped.pass_time(-300)
    assert ends(grouped)[1] == ["firing", "resolved"]


def test_page_that_fires_again_after_its_group_was_resolved_is_told_again(grouped):
    grouped.pass_time(400)
    fire_unrecorded(grouped, "ProductSlow", "product")
    assert ends(grouped)[1] == ["firing", "resolved", "firing"]


def test_channel_without_groups_is_told_of_no_end(world):
    refuse_writes(world)
    fire_unrecorded(world, "ProductSlow", "product")
    world.pass_time(400)
    assert world.sent == ["page"]
