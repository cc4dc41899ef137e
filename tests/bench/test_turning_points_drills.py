import numpy as np
import pytest

from alerts.charts.model import Unit
from postmortem.evidence import StoredSeries, Subject
from postmortem.recording.model import Recording
from postmortem.records import Signal, SignalMap
from tests.bench.recordings import Recorded
from tests.bench.turning_points_drills import Drills, judge_drills
from tests.bench.turning_points_peers import Setting

TIMES = np.arange(0.0, 300.0, 5.0)


def act(*, is_protected=False, service="redis"):
    """Sixty scrapes, the fault at 150 s."""
    signal = Signal(name="s", role="cache", service=service, unit=Unit.RATIO, query="q")
    series = {"s": StoredSeries("s", "q", 0.0, 300.0, 5.0, TIMES, np.where(TIMES < 150, 0.8, 0.3))}
    recording = Recording(0.0, 300.0, 5.0, "15s", (), SignalMap(), (Subject("s", signal),), series, {})
    return Recorded("1", "redis-slow", is_protected, ("cache.slow", "redis"), True, 150.0, recording)


def at(*seconds):
    return Setting("", lambda times, values: [int(np.searchsorted(times, each)) for each in seconds])


@pytest.mark.parametrize(
    ("found", "hits", "false"),
    [((150,), 1, 0), ((130, 190), 1, 0), ((125,), 0, 1), ((195, 250), 0, 0), ((), 0, 0)],
)
def test_the_begin_is_hit_and_what_turns_before_is_false(found, hits, false):
    assert judge_drills(at(*found), [act()]) == Drills(1, hits, 1, false)


def test_a_part_that_is_not_faulty_hits_nothing():
    assert judge_drills(at(150), [act(service="primary")]).hits == 0


def test_protected_acts_are_not_judged():
    assert judge_drills(at(150), [act(is_protected=True)]).acts == 0
