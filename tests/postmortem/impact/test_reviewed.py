"""Corrections of the ends, of milestones and of actions count for every figure that stands on them."""

from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.figures import draw_charts
from postmortem.records import Event
from postmortem.report import conclude
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice
from tests.postmortem.compose.test_ends import row, told
from tests.postmortem.outages import evidence_of, levels, objective
from tests.postmortem.proof import misfits

OUTAGE = levels(0.002, (1500, 0.4), (2400, 0.002))
LASTING = levels(0.002, (1500, 0.4))
WELL = levels(0.002)


def event(number, kind, when, **more):
    return Event(id=number, at=when, kind=kind, text="seen in the logs", author="kim", attributes=more)


def moved(name, at, number=9):
    return event(number, "correction", 3500.0, row=name, at=at)


def report_of(*events, values=OUTAGE, **changes):
    return conclude(evidence_of((objective(), values), alarm=1530.0, closed=2500.0, events=events, **changes))


def test_a_corrected_start_is_the_start_of_everything():
    report = report_of(moved("impact:start", 1440.0))
    impact = report.impact
    assert (impact.span.start.value, impact.span.found_start.value) == (1440, 1500)
    assert (impact.to_detect.value, impact.duration.value) == (90, 960)
    (start,) = (row for row in report.timeline if row.id == "impact:start")
    assert (start.at, start.entries[0].at) == (1440, 1500)
    assert report.since_origin(start.fact).value == 0


def test_a_corrected_end_is_the_end_of_everything():
    impact = report_of(moved("impact:end", 2700.0)).impact
    assert (impact.span.end.value, impact.span.found_end.value, impact.duration.value) == (2700, 2400, 1200)


def test_an_end_that_the_record_does_not_show_can_be_given():
    report = report_of(moved("impact:end", 2700.0), values=LASTING)
    assert (report.impact.span.found_end, report.impact.duration.value) == (None, 1200)
    assert [row.at for row in report.timeline if row.id == "impact:end"] == [2700]


def test_a_start_that_nobody_felt_in_samples_can_be_given():
    span = report_of(moved("impact:start", 1440.0), values=WELL).impact.span
    assert (span.is_measured, span.is_known, span.start.value, span.found_start.value) == (
        False,
        True,
        1440,
        1530,
    )


@pytest.mark.parametrize(("name", "at"), [("impact:start", 2400.0), ("impact:end", 1500.0)])
def test_ends_that_leave_no_time_between_them_stay_as_found(name, at):
    span = report_of(moved(name, at)).impact.span
    assert (span.start.value, span.end.value, span.start_moved, span.end_moved) == (1500, 2400, None, None)


@pytest.mark.parametrize("at", [3e10, True, "00:24"])
@pytest.mark.parametrize("name", ["impact:start", "impact:end"])
def test_no_end_leaves_the_record(name, at):
    report = report_of(moved(name, at))
    span = report.impact.span
    assert (span.start.value, span.end.value, span.start_moved, span.end_moved) == (1500, 2400, None, None)
    assert [row.at for row in report.timeline if row.kind == "impact"] == [1500, 2400]


def test_words_alone_move_no_end():
    words = event(9, "correction", 3500.0, row="impact:start")
    assert report_of(words).impact.span.start_moved is None


def test_the_last_correction_counts():
    span = report_of(moved("impact:start", 1440.0), moved("impact:start", 1470.0, number=10)).impact.span
    assert span.start.value == 1470


def test_a_corrected_milestone_counts_for_its_delay():
    report = report_of(event(3, "acknowledged", 1620.0), moved("event:3", 1590.0))
    assert report.impact.to_acknowledge.value == 90


def test_the_incidents_own_times_are_corrected_by_their_rows():
    assert report_of(moved("milestone:detected", 1560.0)).impact.to_detect.value == 60


def test_a_corrected_action_counts_for_the_time_to_mitigate():
    report = report_of(event(3, "mitigation", 1800.0), moved("event:3", 1740.0))
    assert report.impact.to_mitigate.value == 240


def test_a_corrected_action_moves_the_test_of_its_effect():
    recorded = report_of(event(3, "mitigation", 2700.0))
    report = report_of(event(3, "mitigation", 2700.0), moved("event:3", 2370.0))
    (mitigation,) = report.mitigations
    (effect,) = mitigation.effects
    assert (recorded.mitigations, mitigation.moment.value) == ((), 2370)
    assert (effect.verdict, effect.to_effect.value, effect.before.source.cut.end) == ("improved", 30, 2370)


def test_switches_that_share_a_row_move_together():
    acts = [event(number, "switch", 2385.0) for number in (3, 4)]
    (mitigation,) = report_of(*acts, moved("event:3", 2370.0)).mitigations
    assert [(act.event.id, act.at) for act in mitigation.acts] == [(3, 2370), (4, 2370)]


def test_a_corrected_action_is_told_and_drawn_when_it_was():
    report = report_of(event(3, "mitigation", 2380.0), moved("event:3", 2370.0))
    voice = Voice(load_catalogue(Language.EN), ZoneInfo("UTC"), report.origin, report.evidence.window)
    (mark,) = [mark for mark in draw_charts(report, voice)[0].marks if "seen in the logs" in mark.label]
    text = told((objective(), OUTAGE), events=(event(3, "mitigation", 2380.0), moved("event:3", 2370.0)))
    assert "T+14m30s mitigation: seen in the logs" in text.split("### Already applied")[1]
    assert mark.at == 2370


def test_corrected_figures_recompute_from_the_events():
    report = report_of(moved("impact:start", 1440.0), moved("impact:end", 2700.0, number=10))
    assert misfits(report.facts(), report.evidence) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "As corrected: seen in the logs (kim). Found was 00:25:00: The moment at which"),
        (Language.KO, "정정한 시각: seen in the logs (kim). 원래 찾은 시각은 00:25:00: "),
    ],
)
def test_what_was_found_stands_beside_the_correction(language, said):
    text = told((objective(), OUTAGE), events=(moved("impact:start", 1440.0),), language=language)
    assert said in text
    assert "00:24:00" in row(text, "영향 시작" if language is Language.KO else "Impact start")


def test_the_origin_is_said_to_be_corrected():
    text = told((objective(), OUTAGE), events=(moved("impact:start", 1440.0),))
    assert "1970-01-01 00:24:00 UTC, as corrected: seen in the logs (kim)" in text


def test_an_end_that_a_person_alone_gives_is_a_row_without_an_original():
    text = told((objective(), LASTING), events=(moved("impact:end", 2700.0),), closed=2500.0)
    assert "- 1970-01-01 00:45:00 (T+20m00s): seen in the logs (kim) [corrected]" in text
    assert "as recorded:" not in text
    assert "As corrected: seen in the logs (kim). The record shows none" in row(text, "Impact end")


def test_delays_since_a_start_that_a_person_gave_are_no_ranges():
    text = told((objective(), OUTAGE), events=(moved("impact:start", 1500.0),))
    assert row(text, "Time to detect").startswith("| Time to detect | 30 s")
    assert "A range" not in text
