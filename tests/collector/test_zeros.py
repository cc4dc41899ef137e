"""Where counters begin: after what is kept of their target, and before the scrape that finds them."""

import numpy as np
import pytest

from collector.created import CreatedTimes
from collector.store.newest import BEFORE_ALL
from collector.zeros import Span, zeros


def created(**seconds):
    """Of series by number: s1=…"""
    places = np.arange(len(seconds))
    return CreatedTimes(
        np.array([int(name[1:]) for name in seconds], np.int64), np.array([*seconds.values()], float), places
    )


NONE = created()
SPAN = Span(after_ms=9_985_000, at_ms=10_000_000, read_ms=10_000_300, interval_ms=15_000)
AT_FIRST = Span(BEFORE_ALL, 10_000_000, 10_000_300, 15_000)
AFTER_AN_HOUR = Span(6_000_000, 10_000_000, 10_000_300, 15_000)


def rows(found):
    return [(at_ms, series.tolist()) for at_ms, series in found.rows]


@pytest.mark.parametrize(
    ("seconds", "begins_ms"),
    [
        (9_990.0, 9_990_000),  # between two scrapes
        (9_999.9996, 9_999_999),
        (10_000.2, 9_999_999),  # while the page was made
        (10_000.4, None),  # in the future
        (9_984.0, 9_985_001),  # before the last scrape that lacked it, by less than an interval
        (9_970.0, None),  # by more: what it counted since is not known
        (0.0, None),
        (-1e300, None),
        (np.nan, None),
        (np.inf, None),
    ],
)
def test_a_series_the_last_page_lacked_begins_when_it_was_created(seconds, begins_ms):
    found = zeros(created(s1=seconds), NONE, SPAN)
    assert rows(found) == ([] if begins_ms is None else [(begins_ms, [1])])


def test_created_times_in_the_future_are_counted_once():
    now = created(s1=10_001.0, s2=9_990.0)
    assert zeros(now, NONE, SPAN).ahead == 1
    later = Span(10_000_000, 10_015_000, 10_015_300, 15_000)
    assert zeros(now, now, later) == zeros(created(s1=10_001.0), now, later) == zeros(NONE, NONE, later)


@pytest.mark.parametrize("before", [created(s1=5.0), None])
def test_a_process_that_started_again_begins_at_zero_after_the_last_sample_only(before):
    assert rows(zeros(created(s1=9_990.0), before, SPAN)) == [(9_990_000, [1])]
    assert rows(zeros(created(s1=9_984.0), before, SPAN)) == []


def test_a_target_that_is_new_gets_no_zeros_in_the_far_past():
    assert rows(zeros(created(s1=9_701.0), None, AT_FIRST)) == [(9_701_000, [1])]
    assert rows(zeros(created(s1=9_699.0), None, AT_FIRST)) == []


def test_a_target_that_was_away_gets_none_older_than_an_hour():
    assert rows(zeros(created(s1=6_401.0), NONE, AFTER_AN_HOUR)) == [(6_401_000, [1])]
    assert rows(zeros(created(s1=6_399.0), NONE, AFTER_AN_HOUR)) == []


def test_zeros_share_a_row_where_their_ages_are_alike():
    now = created(s1=9_986.0, s2=9_999.0, s3=9_980.0, s4=6_401.0, s5=7_000.0)
    assert rows(zeros(now, NONE, AFTER_AN_HOUR)) == [
        (6_401_000, [4, 5]),
        (9_980_000, [3]),
        (9_986_000, [1, 2]),
    ]


@pytest.mark.parametrize("after_ms", [9_999_999, 10_000_000, 20_000_000])
def test_nothing_begins_where_no_time_is_between_two_scrapes(after_ms):
    assert rows(zeros(created(s1=10_000.0), NONE, Span(after_ms, 10_000_000, 10_000_300, 15_000))) == []
