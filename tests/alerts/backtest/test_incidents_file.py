import pytest

from alerts.backtest.incidents_file import merged
from alerts.backtest.stretch import Incident

TOLD = Incident("told", 1_000.0, 2_000.0, 2_000.0)


@pytest.mark.parametrize(
    ("onset", "end", "is_same"),
    [
        (1_000.0, 2_000.0, True),
        (1_300.0, 3_000.0, True),
        (700.0, 1_000.0, True),
        (1_301.0, 3_000.0, False),
        (800.0, 900.0, False),
    ],
)
def test_what_overlaps_with_onsets_close_together_is_one_incident(onset, end, is_same):
    other = Incident("case", onset, end)
    found = merged([TOLD, other])
    assert found.incidents == ((TOLD,) if is_same else (TOLD, other))
    assert len(found.notes) == is_same


def test_which_are_one_is_told():
    (note,) = merged([TOLD, Incident("case", 1_030.0, 1_500.0)]).notes
    assert "told; case (their onsets are 30s apart)" in note
