from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.charts.model import Language
from alerts.timeline_rows import RowKind
from postmortem.compose.timeline import timeline_item
from postmortem.marks import replace_marks
from postmortem.report import conclude
from postmortem.timeline import Entry, Row
from postmortem.turning_points.turns import Turn
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice
from tests.postmortem.outages import TIMES, evidence_of, objective


@pytest.mark.parametrize(("seconds_later", "said"), [(0, False), (15, True)])
def test_a_step_at_its_rows_time_does_not_say_it_again(seed_report, seconds_later, said):
    shift = next(one for one in seed_report.shifts if one.recovered)
    turn = Turn(shift.subject, 1, shift.recovered, shift.recovered, shift.peak, shift.after)
    first = Entry(shift.recovered.value - seconds_later, RowKind.TURN, turn=turn, fact=shift.recovered)
    row = Row((first, Entry(shift.recovered.value, RowKind.TURN, turn=turn, fact=shift.recovered)), "turn:x")
    voice = Voice(load_catalogue(Language.KO), ZoneInfo("UTC"), seed_report.origin)
    item = timeline_item(row, seed_report, voice, "timeline.row")
    told = replace_marks(item.content.text, lambda _, printed: printed)
    assert (f"({voice.clock(shift.recovered.value)})" in told) is said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "stayed at 10% until 00:30:00, then fell"),
        (Language.KO, "00:30:00까지 10% 유지, 이후 하락"),
    ],
)
def test_a_level_that_holds_is_told_as_held(language, said):
    ends = (1200.0, 0.1), (1800.0, 0.0995), (2400.0, 0.05)
    values = np.where(TIMES < 1200, 0.001, np.interp(TIMES, *zip(*ends, strict=True)))
    report = conclude(evidence_of((objective(), values), alarm=1260.0))
    row = next(row for row in report.timeline if row.kind is RowKind.BEND)
    voice = Voice(load_catalogue(language), ZoneInfo("UTC"), report.origin)
    item = timeline_item(row, report, voice, "timeline.row")
    assert said in replace_marks(item.content.text, lambda _, printed: printed)
