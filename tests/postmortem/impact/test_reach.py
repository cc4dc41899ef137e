"""From when a record has to be, of an objective of 99 % and samples of an hour."""

import pytest

from postmortem.impact.reach import find_start, holds_usual
from tests.postmortem.outages import TIMES, evidence_of, levels, objective


def record_of(values, alarm=2400.0, **changes):
    return evidence_of((objective(), values), alarm=alarm, **changes)


@pytest.mark.parametrize(("since", "holds"), [(480, True), (465, False), (0, False)])
def test_a_fifth_of_what_precedes_the_alarm_has_to_be_usual(since, holds):
    assert holds_usual(record_of(levels(0.002, (since, 0.2), (3000, 0.002)))) is holds


def test_a_record_in_which_nothing_is_missed_holds_enough():
    assert holds_usual(record_of(levels(0.002)))


def test_what_another_service_missed_is_no_reason_to_reach_back():
    missed = levels(0.2, (3000, 0.002))
    evidence = evidence_of(
        (objective(), levels(0.002, (2300, 0.2))), (objective("b", "blog"), missed), alarm=2400.0
    )
    assert holds_usual(evidence)


@pytest.mark.parametrize(("alarm", "start"), [(1800.0, 1200), (3000.0, 750)])
def test_before_an_outage_is_a_third_of_what_precedes_the_alarm_or_the_least(alarm, start):
    wide = record_of(levels(0.002, (1500, 0.2), (3300, 0.002)), alarm=alarm)
    assert find_start(wide, 300.0) == start


@pytest.mark.parametrize("since", [1440, 1500])
def test_no_record_begins_before_its_first_sample(since):
    late = TIMES >= 1440
    wide = record_of((TIMES[late], levels(0.002, (since, 0.2), (3300, 0.002))[late]))
    assert find_start(wide, 300.0) == 1440


def test_an_outage_as_old_as_the_whole_time_has_no_start():
    assert find_start(record_of(levels(0.2, (3000, 0.002))), 300.0) is None
