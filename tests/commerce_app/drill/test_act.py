import pytest

from commerce_app.drill.act import act_moments, handed_over_at, main_incident
from commerce_app.drill.scenario import load_scenario

SCENARIO = load_scenario("banner-spike")


def incident(number, paged_at=None, detected_at=0.0, deliveries=()):
    return {"id": number, "paged_at": paged_at, "detected_at": detected_at, "deliveries": deliveries}


def delivery(occasion, sent_at):
    return {"occasion": occasion, "sent_at": sent_at}


@pytest.mark.parametrize(
    ("incidents", "main"),
    [
        ([], None),
        ([incident("2", detected_at=20), incident("1", detected_at=10)], "1"),
        ([incident("2", paged_at=30, detected_at=20), incident("1", detected_at=10)], "2"),
    ],
)
def test_the_incident_of_an_act_is_the_one_that_paged(incidents, main):
    assert main_incident(incidents) == main


def test_a_page_is_handed_over_when_a_notifier_took_it():
    tickets = incident("1", deliveries=[delivery("ticket", 5.0), delivery("page", None)])
    pages = incident("2", deliveries=[delivery("page", 9.0), delivery("page", 8.0)])
    assert handed_over_at([tickets]) is None
    assert handed_over_at([tickets, pages]) == 8.0


def test_moments_lie_between_the_steps():
    first = SCENARIO.runbook[0].name
    steps = {"banner": 1032.0, SCENARIO.fault_step.name: 1042.0, first: 1240.0}
    moments = act_moments(SCENARIO, 1000.0, 1290.0, steps)
    assert (moments.normal_start, moments.normal_end) == (1017.0, 1032.0)
    assert (moments.fault_at, moments.hurt_end) == (1042.0, 1240.0)
    assert (moments.after_start, moments.end) == (1275.0, 1290.0)
