from alerts.timeline_rows import RowKind
from postmortem.report import conclude
from tests.postmortem.outages import evidence_of, levels, objective


def told(values, kind, alarm=1260.0):
    """The rows of a kind that tell of one objective's series."""
    rows = conclude(evidence_of((objective(), values), alarm=alarm)).timeline
    return [entry for row in rows if row.kind is kind for entry in row.entries]


def test_a_second_worsening_before_the_worst_is_told():
    (again,) = told(levels(0.001, (1200, 0.06), (1800, 0.11), (2700, 0.001)), RowKind.TURN)
    assert again.turn.rises
    assert again.at == 1800
    assert again.turn.before.value < 0.07 < again.turn.after.value


def test_a_small_step_to_the_worst_is_no_row_of_its_own():
    assert not told(levels(0.001, (1200, 0.1), (1800, 0.11), (2700, 0.001)), RowKind.TURN)
