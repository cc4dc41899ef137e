"""An incident's severity follows what fires down as well as up, and it ends with the last of its alerts."""

import pytest

from alerts.easing import has_eased
from alerts.events import Kind
from alerts.incidents import Incident, State
from alerts.notify.content import write
from alerts.notify.message import Style
from alerts.receive import Alert, Severity
from alerts.silence import Silence, put
from alerts.storage_incidents import AlertRecord
from collector.labels import Labels, Matcher, MatchOp

HELD = 1e7  # seconds; nothing ends by itself


def fire(world, tier, severity, slo="answered"):
    subject = {"subject": f"Requests {slo}", "subject_ko": f"응답 {slo}"}
    now = world.clock.now()
    world.fire(
        "Burn", "order", severity, slo=slo, tier=tier, endsAt=now + HELD, startsAt=now, annotations=subject
    )


def end(world, tier, severity, slo="answered"):
    world.end("Burn", "order", severity, slo=slo, tier=tier, annotations={"subject": f"Requests {slo}"})


def transitions(world):
    return [event.attributes["transition"] for event in world.events(Kind.NOTE)]


def record(severity, *, firing):
    alert = Alert(Labels({"severity": severity}), {}, 1.0, 2.0)
    return AlertRecord(1, alert, "1", firing, 1.0)


@pytest.mark.parametrize(
    ("worst", "state", "firing", "eased"),
    [
        (Severity.PAGE, State.OPEN, ["ticket"], True),
        (Severity.PAGE, State.ACKNOWLEDGED, ["ticket"], True),
        (Severity.PAGE, State.OPEN, ["page", "ticket"], False),
        (Severity.PAGE, State.OPEN, [], False),
        (Severity.PAGE, State.RESOLVED, ["ticket"], False),
        (Severity.TICKET, State.OPEN, ["ticket"], False),
    ],
)
def test_incident_has_eased_when_only_tickets_of_a_page_fire(worst, state, firing, eased):
    incident = Incident("1", "t", worst, ("order",), 1.0, 1.0, state)
    alerts = [record("page", firing=False), *(record(severity, firing=True) for severity in firing)]
    assert has_eased(incident, alerts) is eased


def ease(world):
    """The page tier of an objective resolves, its ticket tier fires on."""
    fire(world, "1h", "page")
    fire(world, "3d", "ticket")
    world.pass_time(20)
    end(world, "1h", "page")
    world.pass_time(20)


def test_page_tier_that_resolves_while_a_ticket_tier_fires_de_escalates(world):
    ease(world)
    (incident,) = world.incidents()
    assert (transitions(world)[-2:], incident.state) == (["alert resolved", "de-escalate"], State.OPEN)
    assert world.sent == ["page", "update"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "now a ticket: no page fires any more; tickets still do: Requests answered"),
        ("ko", "티켓으로 격하: 호출 경보는 모두 해소, 티켓 경보는 계속: 응답 answered"),
    ],
)
def test_de_escalation_is_told_in_words(world, language, line):
    ease(world)
    content = write(world.notifiers[0].sent[-1][0], Style(language))
    assert content.news[-1].endswith(line)


def test_incident_ends_with_the_last_of_its_tiers(world):
    ease(world)
    world.pass_time(2 * 86_400)
    assert [incident.state for incident in world.incidents()] == [State.OPEN]
    end(world, "3d", "ticket")
    world.pass_time(61)
    assert [incident.state for incident in world.incidents()] == [State.RESOLVED]


def test_incident_stays_a_page_while_another_objective_of_it_pages(world):
    fire(world, "1h", "page")
    fire(world, "1h", "page", slo="fast")
    end(world, "1h", "page")
    world.pass_time(120)
    assert "de-escalate" not in transitions(world)
    assert [incident.state for incident in world.incidents()] == [State.OPEN]


def test_objective_that_recovers_while_another_burns_slowly_de_escalates(world):
    fire(world, "1h", "page")
    fire(world, "3d", "ticket", slo="fast")
    end(world, "1h", "page")
    world.pass_time(20)
    (event,) = [e for e in world.events(Kind.NOTE) if e.attributes["transition"] == "de-escalate"]
    assert event.text == "no page fires any more; tickets still do: Requests fast"


def test_tiers_that_end_together_do_not_de_escalate(world):
    fire(world, "1h", "page")
    fire(world, "3d", "ticket")
    ends = {"startsAt": world.clock.now(), "endsAt": world.clock.now()}
    world.app.send(
        [
            world.alert("Burn", "order", severity, slo="answered", tier=tier, **ends)
            for tier, severity in (("1h", "page"), ("3d", "ticket"))
        ]
    )
    assert transitions(world) == ["join", "alert resolved", "alert resolved"]


def test_page_that_is_not_sent_again_de_escalates_at_its_end(world):
    fire(world, "3d", "ticket")
    world.fire("Slow", "order", endsAt=world.clock.now() + 30)
    world.pass_time(31)
    assert transitions(world)[-2:] == ["alert resolved", "de-escalate"]


def test_ticket_that_has_run_out_unnoticed_does_not_de_escalate(world):
    fire(world, "1h", "page")
    world.fire("Hits", "order", "ticket", endsAt=world.clock.now() + 30)
    world.clock.advance(40)
    end(world, "1h", "page")
    world.pass_time()
    assert "de-escalate" not in transitions(world)


def test_page_that_fires_again_after_a_de_escalation_rings_by_the_rule_of_reopen(world):
    ease(world)
    fire(world, "1h", "page")
    world.pass_time(20)
    assert (transitions(world)[-1], world.sent.count("page"), len(world.incidents())) == ("fires again", 1, 1)


def test_end_of_a_silenced_page_is_written_and_told_to_nobody(world):
    fire(world, "1h", "page")
    fire(world, "3d", "ticket")
    world.pass_time(20)
    at = world.clock.now()
    quiet = Silence("", (Matcher("tier", MatchOp.EQUAL, "1h"),), at, at + 600, "kim", "known", at)
    world.app.database.change(lambda connection: put(connection, quiet, at))
    end(world, "1h", "page")
    world.pass_time(60)
    assert (transitions(world)[-1], world.sent) == ("de-escalate", ["page"])


def test_incident_that_ended_goes_on_when_a_tier_fires_again_soon(world):
    ease(world)
    end(world, "3d", "ticket")
    world.pass_time(120)
    fire(world, "3d", "ticket")
    (incident,) = world.incidents()
    assert (incident.state, transitions(world)[-1]) == (State.OPEN, "reopen")
