import math

import pytest

from alerts.backtest.calls import calls
from alerts.backtest.stretch import Incident, Stretch
from collector.memory import MemoryStore

ON = math.inf


def judged(pages, incidents, earlier=()):
    known, before = (tuple(Incident("x", *one) for one in some) for some in (incidents, earlier))
    return calls(pages, Stretch("h", MemoryStore(), 0.0, 1_000.0, 9_000.0, known, before))


@pytest.mark.parametrize(
    ("pages", "incidents", "expected"),
    [
        ([(2000.0, 2100.0), (2050.0, 2300.0), (2300.0, 2400.0), (2500.0, 2600.0)], [], [False, False]),
        ([(2000.0, 2600.0), (2500.0, 2700.0)], [(1990.0, 2400.0)], [True]),  # it joined the incident's page
        ([(2000.0, 2450.0), (2500.0, 2700.0)], [(1990.0, 2400.0)], [True, False]),
        ([(1900.0, 2100.0), (2000.0, 2300.0)], [(1950.0, 2400.0)], [False]),  # it began in vain
    ],
)
def test_what_fires_while_another_page_does_wakes_nobody_anew(pages, incidents, expected):
    assert judged(pages, incidents) == expected


@pytest.mark.parametrize(
    ("pages", "incidents", "expected"),
    [
        ([(900.0, 1200.0), (1100.0, 1300.0)], [], [False]),
        ([(900.0, 1050.0), (1100.0, 1300.0)], [], [False, False]),
        ([(900.0, 2100.0)], [(2000.0, 3000.0)], [None]),
        ([(900.0, ON)], [], [False]),
        ([(900.0, ON), (2010.0, 2100.0)], [(2000.0, 3000.0)], [None, True]),
    ],
)
def test_what_fires_from_before_the_start_is_false_without_an_incident_and_never_true(
    pages, incidents, expected
):
    assert judged(pages, incidents) == expected


def test_what_an_incident_before_the_start_left_behind_is_not_false():
    assert judged([(500.0, 1_600.0)], [], earlier=[(400.0, 900.0)]) == [None]
    assert judged([(950.0, 1_600.0)], [], earlier=[(400.0, 900.0)]) == [False]
