from alerts.backtest.unfound import unfound, unfound_lines
from collector.labels import Labels, matches_all
from collector.rules.files import parse_groups

THERE = [Labels({"__name__": "x_total", "job": "a"})]


def found_of(*exprs):
    rules = [{"record": "r", "expr": "sum(x_total)"}]
    rules += [{"alert": f"A{n}", "expr": expr} for n, expr in enumerate(exprs)]
    groups = parse_groups({"groups": [{"name": "g", "rules": rules}]})
    return unfound_lines(unfound(groups, lambda some: any(matches_all(some, one) for one in THERE)))


def test_what_is_there_or_recorded_is_not_told():
    assert found_of("rate(x_total{job='a'}[5m]) > r") == []


def test_a_misspelt_name_is_told_before_labels_that_nothing_has():
    assert found_of("x_total{job='b'} > 1", "y_total > 1", "rate(y_total[5m]) > 1") == [
        "nothing found of y_total, read by A1, A2 (no series has that name)",
        'nothing found of x_total{job="b"}, read by A0 (series of that name have other labels)',
    ]


def test_of_many_some_are_told():
    lines = found_of(*(f"y{n} > 1" for n in range(10)))
    assert (len(lines), lines[-1]) == (9, "… and nothing of 2 more selectors")
