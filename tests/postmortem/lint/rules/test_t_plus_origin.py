import pytest

from postmortem.lint.rules.t_plus_origin import RULE

CLOCKS = """\
    ## Timeline
    - 14:00 Checkout errors begin
    - 14:06 Alert fired
    - 14:20 Rolled back the release
    - 14:30 Fully recovered
    ## Recovery
"""


def with_rows(*rows):
    return CLOCKS + "".join(f"    - {row}\n" for row in rows)


def test_one_origin_is_no_finding(found_by):
    assert (
        found_by(RULE, with_rows("T+6m alert fired", "T+20m release rolled back", "T+30m fully recovered"))
        == []
    )


def test_several_origins_are_told_once_at_the_first_row(found_by):
    text = with_rows("T+6m alert fired", "T+5m release rolled back", "T+50m fully recovered")
    assert found_by(RULE, text) == [("t-plus-origin.several", 7)]


def test_one_row_off_is_an_act_at_two_times_and_not_another_origin(found_by):
    text = with_rows("T+6m alert fired", "T+20m release rolled back", "T+45m fully recovered")
    assert found_by(RULE, text) == []


def test_rows_beside_a_stated_origin(found_by):
    text = (
        with_rows("T+6m alert fired", "T+20m rolled back") + "\n    T+0 is 13:30, when the release began.\n"
    )
    assert [key for key, _ in found_by(RULE, text)] == ["t-plus-origin.other"]


@pytest.mark.parametrize("words", ["T+0 is the alert.", "T+ times count from 14:06.", "T+0 = 14:06 (alert)"])
def test_an_origin_stated_by_time_or_act(words, found_by):
    assert found_by(RULE, with_rows("T+14m rolled back", "T+24m fully recovered") + f"\n    {words}\n") == []


def test_no_origin_at_all(found_by):
    assert found_by(RULE, "## Timeline\n- T+3m: somebody looks\n- T+9m: it works\n") == [
        ("t-plus-origin.unstated", 2)
    ]


def test_rows_with_both_times_tell_their_own_origin(found_by):
    rows = "- 10:05 (T+0m) slow\n- 10:15 (T+10m) paged\n- 10:40 (T+35m) resolved\n"
    assert found_by(RULE, f"## 타임라인\n{rows}") == []
    assert found_by(RULE, f"## 타임라인\n{rows.replace('T+10m', 'T+15m').replace('T+35m', 'T+45m')}") != []
