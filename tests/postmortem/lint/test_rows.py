import pytest

from postmortem.lint.clock import format_time


def rows(draft_of, *lines):
    return draft_of("## Timeline\n" + "".join(f"- {line}\n" for line in lines)).rows


@pytest.mark.parametrize(
    ("line", "at", "t_plus", "text"),
    [
        ("2025-09-03 10:05: slow", "10:05", None, "slow"),
        ("2025-09-03 10:01:45 (T-3m45s): traffic rose", "10:01:45", -225, "traffic rose"),
        ("T+08m: TTL 상향", None, 480, "TTL 상향"),
        ("**10:05** — slow", "10:05", None, "slow"),
        ("10:05–10:20 slow", "10:05", None, "slow"),
        ("[10:05 KST] slow", "10:05", None, "slow"),
    ],
)
def test_lines_that_begin_with_a_time(line, at, t_plus, text, draft_of):
    row = rows(draft_of, line)[0]
    assert (row.at is not None and format_time(row.at)) == (at or False)
    assert (row.t_plus, row.text) == (t_plus, text)


def test_other_lines_are_no_rows(draft_of):
    assert rows(draft_of, "slow since 10:05", "p95 10 s", "10 errors") == ()


def test_rows_of_a_table(draft_of):
    text = "## Timeline\n\n| Time | T+ | What |\n| - | - | - |\n| 09:12 | T+3m | slow |\n"
    row = draft_of(text).rows[0]
    assert (format_time(row.at), row.t_plus, row.text) == ("09:12", 180, "slow")


def test_a_night_goes_on_after_midnight(draft_of):
    first, last = rows(draft_of, "23:50 slow", "00:20 fixed")
    assert last.at - first.at == 1800


def test_zones_are_those_of_the_timeline(draft_of):
    text = "## Timeline (KST)\n- 19:05 slow\n- 10:06 UTC slower\n"
    assert [format_time(row.at) for row in draft_of(text).rows] == ["19:05", "19:06"]
