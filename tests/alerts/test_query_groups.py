import re

import pytest

from alerts.errors import SpecError
from alerts.query_groups import refuse_groups


@pytest.mark.parametrize(
    ("query", "group"),
    [
        ("sum by (route) (rate(a[$window]))", "by (route)"),
        ("sum(rate(a[$window])) by (b, a)", "by (a, b)"),
        ("(sum without (pod) (rate(a[$window])))", "without (pod)"),
        ("sum by (r) (rate(a[$window])) - sum by (r) (rate(b[$window]))", "by (r)"),
        ("sum by (r) (rate(a[$window])) or vector(0)", "by (r)"),
        ("-clamp_min(sum by (r) (rate(a[$window])), 0)", "by (r)"),
        ("avg_over_time(max by (r) (a)[$window:1m])", "by (r)"),
    ],
)
def test_a_grouped_query_is_refused(query, group):
    with pytest.raises(SpecError, match=f"f: q: expected a query of one result.*, found {re.escape(group)}$"):
        refuse_groups("f", {"q": query})


@pytest.mark.parametrize(
    "query",
    [
        "sum(rate(a[$window]))",
        "rate(a[$window])",
        "sum by () (rate(a[$window]))",
        "sum(sum by (r) (rate(a[$window])))",
        "histogram_quantile(0.9, sum by (le) (rate(a_bucket[$window])))",
        "sum(rate(a[$window])) and on () (max by (r) (b) > 0)",
    ],
)
def test_other_queries_are_not(query):
    refuse_groups("f", {"q": query})


@pytest.mark.parametrize(
    ("error", "total", "told"),
    [
        ("sum by (r) (a)", "sum by (r) (b)", "e: expected .* found by (r) and by (r) in t"),
        ("sum by (r) (a)", "sum by (c) (b)", "e: expected .* found by (r) and by (c) in t"),
        ("sum by (r) (a)", "sum(b)", "e: expected .* found by (r) and no groups in t"),
        ("sum(a)", "sum by (r) (b)", "t: expected .* found by (r) and no groups in e"),
    ],
)
def test_both_sides_are_named(error, total, told):
    with pytest.raises(SpecError) as refused:
        refuse_groups("f", {"e": error, "t": total})
    start, _, end = told.partition(".*")
    assert str(refused.value).startswith(f"f: {start}")
    assert str(refused.value).endswith(end)
