import pytest

from alerts.errors import StorageError
from alerts.events import Kind
from alerts.incidents import State
from alerts.pipeline import MOST_AT_ONCE, batches
from alerts.receive import Alert, Severity
from collector.labels import Labels


def test_page_opens_an_incident_and_is_sent_at_once(world):
    world.clock.advance(30)
    world.fire("ProductSlow", "product")
    world.pass_time(1)
    (incident,) = world.incidents()
    assert (incident.id, incident.title) == ("2025-09-03-1", "ProductSlow summary")
    assert (incident.detected_at - incident.started_at, incident.paged_at - incident.detected_at) == (30, 1)
    assert world.sent == ["page"]


def test_timeline_has_the_detection_and_the_page_with_channel_and_alert(world):
    world.fire("ProductSlow", "product", tier="fast")
    world.pass_time(2)
    detected, paged = world.events()
    assert (detected.kind, paged.kind, paged.at - detected.at) == (Kind.DETECTED, Kind.PAGED, 2)
    assert paged.attributes["channel"] == "fake"
    assert paged.attributes["alert"] == detected.attributes["alert"]
    assert paged.attributes["labels"]["tier"] == "fast"


def test_detection_and_page_speak_every_language(world):
    world.fire("ProductSlow", "product", annotations={"summary_ko": "상품 지연"})
    world.pass_time()
    found = [(event.kind, event.words("en"), event.words("ko")) for event in world.events()]
    assert found == [(kind, "ProductSlow summary", "상품 지연") for kind in ("detected", "paged")]


def test_resent_alert_changes_nothing(world):
    for _ in range(3):
        world.fire("ProductSlow", "product")
        world.pass_time(60)
    assert (world.sent, len(world.events())) == (["page"], 2)


def test_ticket_waits_and_a_page_that_comes_meanwhile_says_both(world):
    world.fire("HitRatio", "product", "ticket", guardrail="hit_ratio")
    world.pass_time(29)
    assert world.sent == []
    world.fire("OrderErrors", "order")
    world.pass_time()
    (incident,) = world.incidents()
    message = world.notifiers[0].sent[0][0]
    assert (world.sent, incident.severity) == (["page"], Severity.PAGE)
    assert incident.title == "OrderErrors summary"
    assert [event.attributes["transition"] for event in message.news] == ["open", "escalate"]


def test_ticket_alone_is_sent_after_its_wait_and_pages_nobody(world):
    world.fire("HitRatio", "product", "page", guardrail="hit_ratio")
    world.pass_time(30)
    assert (world.sent, world.events(Kind.PAGED)) == (["ticket"], [])


def test_ticket_that_ends_before_it_is_sent_says_nothing(make_world):
    world = make_world(timing={"ticket_wait": "5m"})
    world.fire("HitRatio", "product", "ticket")
    world.pass_time(10)
    world.end("HitRatio", "product", "ticket")
    world.pass_time(400)
    assert (world.sent, world.incidents()[0].state) == ([], State.RESOLVED)


def test_changes_are_gathered_into_one_update(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.fire("OrderErrors", "order")
    world.fire("ReplicaBusy", "replica", "ticket")
    world.pass_time(14)
    assert world.sent == ["page"]
    world.pass_time(1)
    assert world.sent == ["page", "update"]
    assert [event.text for event in world.notifiers[0].sent[1][0].news] == [
        "OrderErrors summary",
        "ReplicaBusy summary",
    ]


def test_incident_ends_when_its_alerts_ended_and_it_is_calm(world):
    world.fire("ProductSlow", "product")
    world.pass_time(100)
    world.end("ProductSlow", "product")
    ended_at = world.clock.now()
    world.pass_time(59)
    assert world.incidents()[0].state is State.OPEN
    world.pass_time(1)
    (incident,) = world.incidents()
    assert (incident.state, incident.resolved_at) == (State.RESOLVED, ended_at)
    assert world.events()[-1].kind is Kind.RESOLVED


def test_alert_that_is_not_resent_ends_at_its_end(world):
    world.fire("ProductSlow", "product", endsAt=world.clock.now() + 240)
    world.pass_time(400)
    assert world.incidents()[0].resolved_at == world.clock.now() - 160


def test_second_sender_with_a_sooner_end_does_not_end_an_alert(world):
    world.fire("ProductSlow", "product", endsAt=world.clock.now() + 240)
    world.fire("ProductSlow", "product", endsAt=world.clock.now() + 10)
    world.pass_time(20)
    world.end("ProductSlow", "product")
    transitions = [event.attributes["transition"] for event in world.events(Kind.NOTE)]
    assert (transitions, world.events(Kind.NOTE)[0].at) == (["alert resolved"], world.clock.now())
    world.pass_time(60)
    assert world.incidents()[0].resolved_at == world.clock.now() - 60


def test_end_by_timeout_gives_way_to_one_that_is_given(world):
    world.fire("ProductSlow", "product")
    world.fire("ProductSlow", "product", endsAt=world.clock.now() + 10)
    world.pass_time(20)
    world.pass_time(60)
    assert world.incidents()[0].state is State.RESOLVED


def test_incident_goes_on_when_it_comes_back_soon_and_pages_again(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.end("ProductSlow", "product")
    world.pass_time(60)
    world.fire("OrderErrors", "order", startsAt=world.clock.now())
    world.pass_time()
    (incident,) = world.incidents()
    assert (incident.state, incident.services) == (State.OPEN, ("product", "order"))
    assert world.sent == ["page", "update", "page"]


def test_incident_that_ended_long_ago_is_left_alone(world):
    world.fire("ProductSlow", "product")
    world.end("ProductSlow", "product")
    world.pass_time(61)
    world.pass_time(700)
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    assert [incident.id for incident in world.incidents()] == ["2025-09-03-1", "2025-09-03-2"]


def test_unrelated_services_are_two_incidents(world):
    world.fire("ProductSlow", "product")
    world.fire("MailFails", "mail")
    assert [incident.services for incident in world.incidents()] == [("product",), ("mail",)]


def test_flapping_alert_is_told_and_keeps_its_incident(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.end("ProductSlow", "product")
    world.pass_time(30)
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    transitions = [event.attributes["transition"] for event in world.events(Kind.NOTE)]
    assert (transitions, len(world.incidents())) == (["alert resolved", "fires again"], 1)


def test_alert_that_was_never_seen_firing_is_ignored(world):
    world.end("ProductSlow", "product")
    assert (world.incidents(), world.events()) == ([], [])


def test_in_shadow_pages_are_recorded_but_wake_nobody(make_world, fake_notifier):
    console, slack = fake_notifier("console"), fake_notifier("slack")
    console.wakes_people = False
    world = make_world(console, slack, shadow=True)
    world.fire("ProductSlow", "product")
    world.pass_time()
    (paged,) = world.events(Kind.PAGED)
    assert (console.occasions, slack.occasions) == (["page"], [])
    assert (paged.attributes["shadow"], paged.attributes["channel"]) == (True, "console")


def storm(world, count, severity="page", **more):
    return [world.alert("Storm", f"other-{number}", severity, **more) for number in range(count)]


def test_storm_is_taken_pages_first():
    tickets = [Alert(Labels({"service": f"s{n}"}), {}, 1.0, 9.0) for n in range(MOST_AT_ONCE)]
    page = Alert(Labels({"service": "p", "severity": "page"}), {}, 1.0, 9.0)
    first, second = batches([*tickets, page])
    assert (first[0], len(first), len(second)) == (page, MOST_AT_ONCE, 1)


def test_few_alerts_are_taken_together_as_they_came():
    alerts = [Alert(Labels({"severity": severity}), {}, 1.0, 9.0) for severity in ("ticket", "page")]
    assert list(batches(alerts)) == [alerts]


def test_storm_that_fails_keeps_what_was_taken_before(world, monkeypatch):
    change, calls = world.app.database.change, []

    def fail_the_second(work):
        calls.append(work)
        if len(calls) == 2:
            raise StorageError("disk full")
        return change(work)

    monkeypatch.setattr(world.app.database, "change", fail_the_second)
    with pytest.raises(StorageError):
        world.app.send(storm(world, 2 * MOST_AT_ONCE))
    assert len(world.incidents()) == MOST_AT_ONCE
    world.app.send(storm(world, 2 * MOST_AT_ONCE))
    assert len(world.incidents()) == 2 * MOST_AT_ONCE


def test_page_of_our_own_overtakes_those_of_a_storm(world):
    world.app._take(storm(world, 3))
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert world.notifiers[0].sent[0][0].incident.services == ("product",)


def test_storm_that_is_not_sent_again_ends(world):
    world.app.send(storm(world, MOST_AT_ONCE + 1, "ticket"))
    world.clock.advance(300)
    world.app._tick()
    world.clock.advance(60)
    world.app._tick()
    assert {incident.state for incident in world.incidents()} == {State.RESOLVED}


def test_alert_that_comes_twice_in_one_request_is_one(world):
    world.app.send([world.alert("ProductSlow", "product", startsAt=world.clock.now())] * 2)
    assert (len(world.incidents()), len(world.events())) == (1, 1)
