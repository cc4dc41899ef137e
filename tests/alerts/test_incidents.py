from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents import (
    Action,
    Dependencies,
    Incident,
    Reason,
    State,
    Timing,
    changed,
    opened,
    place,
    settle,
)
from alerts.receive import Alert, Severity
from collector.labels import Labels

AT = 1000.0
GRAPH = Dependencies(
    {
        "product": ["redis", "replica"],
        "order": ["product", "primary"],
        "wallet": ["primary"],
        "mail": ["smtp"],
    }
)


def alert(service, severity="page", starts_at=AT - 30, **labels):
    pairs = {"alertname": f"{service}-{severity}", "service": service, "severity": severity, **labels}
    return Alert(Labels(pairs), {"summary": f"{service} is slow"}, starts_at, AT + 300)


def incident(service="product", severity=Severity.PAGE, **fields):
    return Incident(
        **{
            "id": "2025-09-03-1",
            "title": "title",
            "severity": severity,
            "services": (service,),
            "started_at": 900.0,
            "detected_at": 930.0,
            "rung": severity is Severity.PAGE,
            **fields,
        }
    )


def resolved(at, **fields):
    return incident(**{"state": State.RESOLVED, "resolved_at": at, "closed_at": at, **fields})


def decide(new, *incidents, home=None, at=AT, **more):
    decision = place(new, home, incidents, GRAPH, at, **more)
    return decision.action, decision.reason


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        ("product", Reason.SAME_SERVICE),
        ("redis", Reason.NEEDED_BY),
        ("order", Reason.DEPENDS_ON),
    ],
)
def test_related_alert_joins_the_open_incident(service, reason):
    assert decide(alert(service), incident("product")) == (Action.JOIN, reason)


def test_alert_joins_through_a_shared_dependency():
    assert decide(alert("wallet"), incident("order")) == (Action.JOIN, Reason.SHARED_DEPENDENCY)


def test_relation_is_transitive():
    assert decide(alert("redis"), incident("order")) == (Action.JOIN, Reason.NEEDED_BY)


def test_unrelated_alert_opens_its_own():
    assert decide(alert("mail"), incident("order")) == (Action.OPEN, Reason.UNRELATED)


def test_alert_joins_the_incident_of_its_own_service_rather_than_an_older_related_one():
    own = incident("order", id="own", started_at=950.0)
    decision = place(alert("order"), None, [incident("product"), own], GRAPH, AT)
    assert decision.incident == own


def test_alert_joins_a_page_rather_than_an_older_ticket_that_is_as_close():
    page = incident("replica", id="page", started_at=950.0)
    ticket = incident("redis", Severity.TICKET, id="ticket", started_at=900.0)
    assert place(alert("product"), None, [ticket, page], GRAPH, AT).incident == page


def test_page_escalates_a_ticket():
    ticket = incident(severity=Severity.TICKET)
    assert decide(alert("product"), ticket) == (Action.ESCALATE, Reason.PAGE_JOINED)


def test_first_page_since_the_incident_opened_rings():
    quiet = incident(rung=False)
    assert decide(alert("product"), quiet) == (Action.ESCALATE, Reason.NOT_RUNG)
    assert decide(alert("product"), quiet, home=quiet) == (Action.ESCALATE, Reason.NOT_RUNG)


def test_page_that_was_told_does_not_ring_because_its_incident_opened_again():
    quiet = incident(rung=False)
    assert decide(alert("product"), quiet, home=quiet, told=True)[0] is Action.KEEP


def test_guardrail_never_escalates_a_ticket():
    ticket = incident(severity=Severity.TICKET)
    assert decide(alert("product", guardrail="hit_ratio"), ticket) == (Action.JOIN, Reason.SAME_SERVICE)


def test_alert_stays_where_it_is():
    home = incident("mail")
    assert decide(alert("product"), home, incident(), home=home) == (Action.KEEP, Reason.ALREADY_IN)


def test_alert_that_is_no_longer_silenced_escalates_its_ticket():
    home = incident(severity=Severity.TICKET)
    assert decide(alert("product"), home, home=home)[0] is Action.ESCALATE


def test_silenced_alert_is_evidence_but_wakes_nobody():
    ticket = incident(severity=Severity.TICKET)
    assert decide(alert("product"), ticket, silenced=True) == (Action.JOIN, Reason.SAME_SERVICE)
    assert decide(alert("mail"), ticket, silenced=True) == (Action.HOLD, Reason.SILENCED)
    assert decide(alert("product"), resolved(AT - 60), silenced=True)[0] is Action.HOLD


def test_incident_goes_on_within_the_reopening_window():
    assert decide(alert("order"), resolved(AT - 600)) == (Action.REOPEN, Reason.DEPENDS_ON)
    assert decide(alert("order"), resolved(AT - 601)) == (Action.OPEN, Reason.UNRELATED)


def test_open_incident_wins_over_one_that_ended():
    still_open = incident("order", id="open")
    assert place(alert("product"), None, [resolved(AT - 5), still_open], GRAPH, AT).incident == still_open


def test_alert_that_fired_when_its_incident_was_closed_by_hand_does_not_reopen_it():
    closed = resolved(AT - 5, closed_by="kim")
    assert decide(alert("product"), closed, home=closed) == (Action.HOLD, Reason.CLOSED_BY_HAND)
    assert decide(alert("product", starts_at=AT - 1), closed, home=closed)[0] is Action.REOPEN


def test_what_counts_is_when_the_closing_was_recorded():
    closed = resolved(AT - 60, closed_at=AT - 5, closed_by="kim")
    assert decide(alert("product"), closed, home=closed) == (Action.HOLD, Reason.CLOSED_BY_HAND)


def test_opened_incident_is_titled_and_dated_by_its_alert():
    made = opened("1", alert("product"), AT, "en")
    assert (made.title, made.started_at, made.detected_at) == ("product is slow", AT - 30, AT)


def test_escalation_takes_the_pages_title_and_wants_a_new_acknowledgement():
    ticket = incident(severity=Severity.TICKET, state=State.ACKNOWLEDGED, acknowledged_at=940.0)
    after = changed(ticket, Action.ESCALATE, alert("order", starts_at=800.0), "en")
    assert (after.title, after.severity, after.state) == ("order is slow", Severity.PAGE, State.OPEN)
    assert (after.services, after.started_at, after.acknowledged_at) == (("product", "order"), 800.0, None)


def test_titles_follow_the_alert_that_gives_the_title():
    korean = replace(alert("order"), annotations={"summary": "orders fail", "summary_ko": "주문 실패"})
    made = opened("1", korean, AT, "en")
    assert [made.titled(language) for language in ("en", "ko")] == ["orders fail", "주문 실패"]
    ticket = replace(made, severity=Severity.TICKET)
    assert changed(ticket, Action.ESCALATE, alert("product"), "en").titled("ko") == "product is slow"


def test_title_that_is_known_in_no_other_language_is_shown_as_it_is():
    assert incident(title="느림").titled("en") == "느림"


def test_joining_keeps_title_severity_and_acknowledgement():
    page = incident(state=State.ACKNOWLEDGED, acknowledged_at=940.0)
    after = changed(page, Action.JOIN, alert("order"), "en")
    assert after == replace(page, services=("product", "order"))


def test_reopening_makes_it_open_again():
    after = changed(resolved(AT - 5, closed_by="kim"), Action.REOPEN, alert("product"), "en")
    assert (after.state, after.closed_by, after.rung) == (State.OPEN, "", True)
    assert (after.resolved_at, after.closed_at) == (None, None)


def test_ticket_that_reopens_a_page_leaves_it_to_ring():
    after = changed(resolved(AT - 5), Action.REOPEN, alert("product", "ticket"), "en")
    assert (after.severity, after.rung) == (Severity.PAGE, False)


def test_page_that_rings_again_wants_a_new_acknowledgement():
    quiet = incident(rung=False, state=State.ACKNOWLEDGED, acknowledged_at=940.0)
    after = changed(quiet, Action.ESCALATE, alert("order"), "en", headline_fires=True)
    assert (after.title, after.state, after.acknowledged_at, after.rung) == ("title", State.OPEN, None, True)


@pytest.mark.parametrize(
    ("ends", "at", "action", "reason"),
    [
        ([None, 900.0], AT, Action.KEEP, Reason.STILL_FIRING),
        ([900.0, 950.0], 1009.9, Action.KEEP, Reason.CALM_TOO_SHORT),
        ([900.0, 950.0], 1010.0, Action.RESOLVE, Reason.ALL_RESOLVED),
    ],
)
def test_incident_is_over_when_all_alerts_ended_and_it_is_calm(ends, at, action, reason):
    decision = settle(incident(), ends, at, Timing(calm_seconds=60))
    assert (decision.action, decision.reason) == (action, reason)


SERVICES = st.sampled_from("abcdef")


@given(st.dictionaries(SERVICES, st.sets(SERVICES)), SERVICES, SERVICES)
def test_being_related_is_mutual_and_circles_end(depends_on, one, other):
    graph = Dependencies(depends_on)
    assert (graph.relation(one, other) is None) == (graph.relation(other, one) is None)
    assert graph.relation(one, one) is Reason.SAME_SERVICE
