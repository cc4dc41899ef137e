import pytest

from postmortem.concern import concerned, felt_subjects
from postmortem.records import Alert
from tests.postmortem.outages import SERVICES, evidence_of, levels, objective

WELL = levels(0.002)


def incident_of(*services, alerts=()):
    incident = evidence_of(alarm=900.0, services=services).incident
    return incident.model_copy(update={"alerts": alerts})


@pytest.mark.parametrize(
    ("alerted", "services"), [("shop", {"shop", "store"}), ("store", {"shop", "store"}), ("blog", {"blog"})]
)
def test_what_stands_on_the_alerted_service_and_what_it_stands_on_are_concerned(alerted, services):
    assert concerned(incident_of(alerted), SERVICES) == services


def test_an_incident_of_no_service_is_about_those_of_its_alerts():
    alert = Alert(labels={"service": "blog"}, severity="page", starts_at=900.0)
    assert concerned(incident_of(alerts=(alert,)), SERVICES) == {"blog"}


def test_users_of_other_services_are_not_concerned():
    evidence = evidence_of((objective(), WELL), (objective("reads", "blog"), WELL), alarm=900.0)
    assert [subject.slo.name for subject in felt_subjects(evidence)] == ["orders"]


@pytest.mark.parametrize("services", [(), ("unheard-of",)])
def test_everything_that_users_feel_counts_where_no_known_service_alerted(services):
    evidence = evidence_of(
        (objective(), WELL), (objective("reads", "blog"), WELL), alarm=900.0, services=services
    )
    assert [subject.slo.name for subject in felt_subjects(evidence)] == ["orders", "reads"]
