from dataclasses import replace

import pytest

from alerts.incidents import Incident
from alerts.receive import Severity
from dashboards.readings import Readings, SloReading, State, TargetReading
from dashboards.web.headline import headline

PAGE = Incident("1", "t", Severity.PAGE, ("a",), 1, 1)
TICKET = replace(PAGE, severity=Severity.TICKET)
DOWN = TargetReading("a", "b", State.DOWN)


def test_all_kept(calm):
    assert headline(calm, [], ()).key == "head_ok"


@pytest.mark.parametrize(
    ("changes", "incidents", "key"),
    [
        ({"targets": (DOWN,)}, [TICKET, PAGE], "head_pages"),
        ({"targets": (DOWN,)}, [TICKET, replace(PAGE, id="2")], "head_tickets"),
        ({"targets": (DOWN,)}, [], "head_down"),
        ({"slos": ()}, [], "head_nothing"),
    ],
)
def test_worst_comes_first(calm, changes, incidents, key):
    assert headline(replace(calm, **changes), incidents, {"1"}).key == key


@pytest.mark.parametrize("state", ["spent", "burning"])
def test_objective_in_trouble_comes_before_tickets(site, state):
    site.shows(slos=(site.reading(state), site.reading()))
    head = headline(site.readings, [TICKET], ())
    assert (head.key, head.n, head.all) == (f"head_{state}", 1, 2)


def test_objective_without_data_is_not_kept(orders):
    assert headline(Readings(1.0, slos=(SloReading(orders),)), [], ()).key == "head_no_data"
