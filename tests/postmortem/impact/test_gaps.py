import json

import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.impact.gaps import find_gaps
from postmortem.report import conclude
from tests.postmortem.compose.test_ends import row, told
from tests.postmortem.outages import TIMES, evidence_of, levels, objective, signal
from tests.postmortem.proof import misfits

WELL = levels(0.002)
OUTAGE = levels(0.002, (1500, 0.4), (2400, 0.002))


def without(values, since, until):
    """The samples but those from ``since`` on and before ``until``."""
    kept = (since > TIMES) | (until <= TIMES)
    return TIMES[kept], values[kept]


def gaps_of(samples, start=1500.0, end=2400.0):
    evidence = evidence_of((objective(), samples), alarm=1530.0)
    return [(gap.last.value, gap.again and gap.again.value) for gap in find_gaps(evidence, start, end)]


def report_of(*recorded, **changes):
    return conclude(evidence_of(*recorded, alarm=1530.0, **changes))


def test_a_gap_is_between_the_samples_beside_it():
    assert gaps_of(without(WELL, 1800, 2100)) == [(1785, 2100)]


@pytest.mark.parametrize(("until", "count"), [(1830, 0), (1845, 1)])
def test_two_samples_that_are_missing_are_no_gap(until, count):
    assert len(gaps_of(without(WELL, 1800, until))) == count


def test_where_samples_end_the_gap_does_not():
    assert gaps_of(without(WELL, 2100, 9999)) == [(2085, None)]


@pytest.mark.parametrize(("start", "end"), [(2100.0, 2400.0), (600.0, 1785.0)])
def test_gaps_of_other_times_are_left_out(start, end):
    assert gaps_of(without(WELL, 1800, 2100), start, end) == []


def test_what_never_had_regular_samples_has_no_gaps():
    rare = TIMES % 60 == 0
    assert gaps_of((TIMES[rare], WELL[rare])) == []


def test_what_was_not_seen_for_most_of_the_impact_is_silent_and_not_calm():
    hung = report_of((objective(), without(WELL, 1500, 2400)), closed=2500.0)
    assert [subject.slo.name for subject in hung.silent] == ["orders"]
    assert hung.calm == ()


@pytest.mark.parametrize(("until", "is_silent"), [(1785, False), (1830, True)])
def test_a_third_of_the_samples_may_be_missing(until, is_silent):
    """Of 900 s from 1500 on."""
    slow = without(levels(0.1, seed=2), 1500, until)
    report = report_of((objective(), OUTAGE), (signal(), slow))
    assert [subject.signal.name for subject in report.silent] == (["p95"] if is_silent else [])


def test_a_gap_is_a_row_and_its_series_is_named_as_unknown():
    text = told((objective(), OUTAGE), (signal(), without(levels(0.1, seed=2), 1500, 2100)))
    assert "- 1970-01-01 00:24:45 (T-15s): p95: no samples until 00:35:00" in text
    unknown = next(line for line in text.splitlines() if "Unknown, as less than two thirds" in line)
    assert "p95" in unknown
    assert "No worsening beyond the threshold in" not in text


def test_series_that_come_again_together_share_a_line():
    both = (
        (signal("p95"), without(levels(0.1, seed=2), 1500, 2100)),
        (signal("p99"), without(levels(0.3, seed=3), 1500, 2100)),
    )
    text = told((objective(), OUTAGE), *both)
    assert "- 1970-01-01 00:24:45 (T-15s): p95, p99: no samples until 00:35:00" in text


def test_what_turned_is_known_however_few_its_samples():
    report = report_of((objective(), without(OUTAGE, 1575, 2340)))
    assert (report.silent, [shift.subject.slo.name for shift in report.shifts]) == ((), ["orders"])


@pytest.mark.parametrize(
    ("language", "what", "said"),
    [
        (
            Language.EN,
            "Impact end",
            "no samples between 00:38:15 and 00:40:00, so this may have been as early as 00:38:15",
        ),
        (
            Language.KO,
            "영향 종료",
            "00:38:15와 00:40:00 사이에 샘플이 없어, 이르면 00:38:15에 일어났을 수 있음",
        ),
    ],
)
def test_what_came_back_over_a_gap_did_so_at_no_known_moment(language, what, said):
    text = told((objective(), without(OUTAGE, 2310, 2400)), language=language)
    assert "00:40:00" in row(text, what)
    assert text.count(said) >= 3  # of the end, of its row, and of the recovery's


def test_every_figure_of_a_gap_recomputes():
    report = report_of((objective(), without(OUTAGE, 2310, 2400)))
    assert any(".gap1.again" in fact.id for fact in report.facts())
    assert misfits(report.facts(), report.evidence) == []


def test_an_archive_tells_what_was_silent():
    hung = report_of((objective(), without(WELL, 1500, 2400)), closed=2500.0)
    assert json.loads(Archive.of(hung).text)["silent"] == ["slo:orders"]
