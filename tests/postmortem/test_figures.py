from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.figures import draw_charts
from postmortem.records import Event
from postmortem.report import conclude
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice
from tests.postmortem.outages import evidence_of, levels, objective

OUTAGE = levels(0.002, (1500, 0.4), (2400, 0.002))


def chart_of(*moved, language=Language.EN):
    """moved: pairs of a row and the time that people gave it."""
    events = tuple(
        Event(
            id=n,
            at=3500.0,
            kind="correction",
            text="by the log",
            author="kim",
            attributes={"row": row, "at": at},
        )
        for n, (row, at) in enumerate(moved, start=9)
    )
    report = conclude(evidence_of((objective(), OUTAGE), alarm=1530.0, closed=2500.0, events=events))
    voice = Voice(load_catalogue(language), ZoneInfo("UTC"), report.origin, report.evidence.window)
    return draw_charts(report, voice)[0]


def test_marks_are_the_impact_and_the_milestones():
    marks = {mark.label: mark.at for mark in chart_of().marks}
    assert marks == {
        "Impact start 00:25:00": 1500,
        "Detected 00:25:30": 1530,
        "Incident closed 00:41:40": 2500,
    }


@pytest.mark.parametrize(
    ("row", "at", "label"),
    [
        ("impact:start", 1440.0, "Impact start 00:24:00"),
        ("milestone:detected", 1560.0, "Detected 00:26:00"),
        ("milestone:resolved", 2700.0, "Incident closed 00:45:00"),
    ],
)
def test_what_was_corrected_is_marked_where_it_was(row, at, label):
    assert (label, at) in [(mark.label, mark.at) for mark in chart_of((row, at)).marks]


@pytest.mark.parametrize(
    ("language", "label"), [(Language.EN, "Allowed at most 1%"), (Language.KO, "허용 한도 1%")]
)
def test_the_line_is_the_share_that_the_objective_allows(language, label):
    (line,) = chart_of(language=language).thresholds
    assert (line.label, round(line.value, 9)) == (label, 0.01)
