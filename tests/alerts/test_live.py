from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents import Dependencies, Incident
from alerts.live import LiveIncidents
from alerts.receive import Severity

SERVICES = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(SERVICES, st.lists(SERVICES, max_size=2), max_size=6)


def incident(number, *services):
    return Incident(f"i-{number}", "t", Severity.PAGE, services, 1.0, 2.0)


@given(GRAPHS, st.lists(st.lists(SERVICES, min_size=1, max_size=3), max_size=8), SERVICES)
def test_near_are_those_with_a_related_service(graph, groups, service):
    dependencies = Dependencies(graph)
    incidents = [incident(number, *services) for number, services in enumerate(groups)]
    related = [each for each in incidents if dependencies.closest(service, each.services)]
    assert list(LiveIncidents(incidents, dependencies).near(service)) == related


def test_incident_that_a_service_joined_keeps_its_place():
    live = LiveIncidents([incident(1, "a"), incident(2, "b")], Dependencies())
    grown = replace(incident(1, "a"), services=("a", "b"))
    live.put(grown)
    assert live.near("b") == (grown, incident(2, "b"))
