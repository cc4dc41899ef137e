from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.compose.write import write_document
from postmortem.impact.concern import concerned, concerned_slos, felt_subjects
from postmortem.impact.span import find_span
from postmortem.records import Alert, Event, Service, SignalMap
from tests.postmortem import neighbours
from tests.postmortem.outages import SERVICES, evidence_of, levels, objective, signal

WELL = levels(0.002)
SHOP, BLOG = objective(), objective("reads", "blog")
SIBLINGS = SignalMap(
    services={
        "shop": Service(depends_on=("store",)),
        "search": Service(depends_on=("store", "index")),
        "blog": Service(),
    }
)


def incident_of(*services, alerts=()):
    incident = evidence_of(alarm=900.0, services=services).incident
    return incident.model_copy(update={"alerts": alerts})


@pytest.mark.parametrize(
    ("alerted", "services"), [("shop", {"shop", "store"}), ("store", {"shop", "store"}), ("blog", {"blog"})]
)
def test_what_stands_on_the_alerted_service_and_what_it_stands_on_are_concerned(alerted, services):
    assert concerned(incident_of(alerted), (SHOP, BLOG), SERVICES) == services


def test_a_sibling_and_what_that_stands_on_are_concerned():
    assert concerned(incident_of("shop"), (SHOP,), SIBLINGS) == {"shop", "search", "store", "index"}


def test_an_incident_of_no_service_is_about_those_of_its_alerts():
    alert = Alert(labels={"service": "blog"}, severity="page", starts_at=900.0)
    assert concerned(incident_of(alerts=(alert,)), (SHOP, BLOG), SERVICES) == {"blog"}


@pytest.mark.parametrize("services", [(), ("unheard-of",), ("app",)])
def test_all_are_concerned_where_users_feel_nothing_of_what_alerted(services):
    found = concerned(incident_of(*services), (SHOP, BLOG), SERVICES)
    assert found >= {"shop", "store", "blog", "app"}


def test_users_feel_latency_of_a_service_without_an_objective():
    signals = SERVICES.model_copy(update={"signals": (signal("page_p95", service="app"),)})
    assert concerned(incident_of("app"), (SHOP,), signals) == {"app"}


def test_users_of_other_services_are_not_concerned():
    evidence = evidence_of((SHOP, WELL), (BLOG, WELL), alarm=900.0)
    assert [subject.slo.name for subject in felt_subjects(evidence)] == ["orders"]
    assert concerned_slos(evidence) == (SHOP,)


def test_an_impact_is_as_long_as_it_is_for_a_sibling():
    hurt, longer = levels(0.002, (2400, 0.3), (2910, 0.002)), levels(0.002, (2100, 0.3), (3300, 0.002))
    told = ((SHOP, hurt), (objective("finds", "search"), longer))
    span = find_span(evidence := evidence_of(*told, alarm=2460.0, closed=3400.0, signals=SIBLINGS), ())
    assert (span.start.value, span.ends_at(evidence)) == (2100.0, 3300.0)


@pytest.fixture(scope="module")
def report():
    """The blog misses an objective of its own all along, and a switch of it is turned in the outage."""
    dark = Event(id=1, at=neighbours.START + 120, kind="switch", text="dark mode on", service="blog")
    back = Event(id=2, at=neighbours.START + 600, kind="mitigation", text="rolled back", service="shop")
    posts = neighbours.slo("posts", "blog", target=0.9999)
    return neighbours.report_of(neighbours.slo(), posts, events=(dark, back))


def test_what_was_done_to_another_service_is_no_action(report):
    assert [[act.event.id for act in mitigation.acts] for mitigation in report.mitigations] == [[2]]
    assert report.impact.to_mitigate.value == 600


def test_another_services_budget_is_neither_counted_nor_a_tile(report):
    assert [sli.slo.service for sli in report.impact.slis] == ["shop"]
    tiles = write_document(report, Language.EN, ZoneInfo("UTC")).tiles
    assert [tile.label for tile in tiles if "posts" in tile.label] == []
    assert "slo:posts:bad:impact" not in report.evidence.series
