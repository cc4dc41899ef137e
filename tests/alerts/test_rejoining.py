"""What fires on in an incident that was closed by hand, once its objective has a new one."""

import pytest

from alerts.events import Kind
from alerts.incidents import State
from alerts.outbox import Delivery

HELD = 1e7  # seconds; nothing ends by itself
TITLE = {"subject": "Requests answered"}


def fire(world, tier, severity, slo="answered"):
    now = world.clock.now()
    more = {"slo": slo, "tier": tier, "annotations": TITLE, "endsAt": now + HELD, "startsAt": now}
    world.fire("Burn", "order", severity, **more)


def end(world, tier, severity, slo="answered"):
    world.end("Burn", "order", severity, slo=slo, tier=tier, annotations=TITLE)


@pytest.fixture
def closed(world):
    """A page and a ticket tier fire; somebody closes, the page ends, and eleven minutes pass."""
    fire(world, "1h", "page")
    fire(world, "3d", "ticket")
    world.pass_time(1)
    world.app.response.resolve("2025-09-03-1", "kim", "api", world.clock.now())
    end(world, "1h", "page")
    world.pass_time(660)
    return world


def states(world):
    return [incident.state for incident in world.incidents()]


def test_new_incident_of_the_objective_stays_open_until_the_held_tier_ends(closed):
    fire(closed, "1h", "page")
    fire(closed, "3d", "ticket")
    closed.pass_time(30)
    end(closed, "1h", "page")
    closed.pass_time(3600)
    assert states(closed) == [State.RESOLVED, State.OPEN]
    assert closed.events(Kind.NOTE)[-1].attributes["transition"] == "de-escalate"
    end(closed, "3d", "ticket")
    closed.pass_time(61)
    assert states(closed) == [State.RESOLVED, State.RESOLVED]


def test_incident_that_was_left_is_told_that_its_last_alert_is_gone(closed):
    fire(closed, "1h", "page")
    fire(closed, "3d", "ticket")
    (event,) = [e for e in closed.events(Kind.NOTE) if e.attributes["transition"] == "moved"]
    assert (event.incident, event.text) == ("2025-09-03-1", "Requests answered goes on in 2025-09-03-2")
    closed.pass_time(15)
    (message,) = [m for m, _ in closed.notifiers[0].sent if event in m.news]
    assert not any(record.firing for record in message.alerts)


def test_page_that_was_held_does_not_ring_as_it_joins(closed):
    fire(closed, "3d", "page", slo="fast")
    closed.pass_time(1)
    closed.app.response.resolve("2025-09-03-2", "kim", "api", closed.clock.now())
    closed.pass_time(660)
    rung = closed.sent.count("page")
    fire(closed, "1h", "ticket", slo="fast")
    fire(closed, "3d", "page", slo="fast")
    closed.pass_time(60)
    assert (closed.sent.count("page"), closed.postings()[-1].state) == (rung, Delivery.SENT)
    assert "moved" in {event.attributes["transition"] for event in closed.events(Kind.NOTE)}


def test_alert_of_another_objective_stays_held(closed):
    fire(closed, "1h", "page", slo="fast")
    fire(closed, "3d", "ticket")
    closed.pass_time(30)
    end(closed, "1h", "page", slo="fast")
    closed.pass_time(61)
    assert states(closed) == [State.RESOLVED, State.RESOLVED]
