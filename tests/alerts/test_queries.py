"""What a query in somebody's file may measure, before a parser sees it."""

import pytest

from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.errors import SpecError
from alerts.queries import checked_query
from alerts.query_groups import refuse_groups
from collector.promql.guard import QuerySize, check_size
from tests.alerts.formats.openslo_specs import load, measured_by, metric

NESTED = {
    "brackets": "(" * 1000 + "sum(a[$window])" + ")" * 1000,
    "calls": "abs(" * 900 + "sum(a[$window])" + ")" * 900,
    "signs": "-" * 3000 + "sum(a[$window])",
    "powers": "2^" * 1500 + "sum(a[$window])",
    "sums": "1+" * 1500 + "sum(a[$window])",
    "ors": "sum(a[$window])" + " or vector(0)" * 300,
    "length": "sum(a[$window])" + " + 1" * 1_000_000,
}


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
def test_a_query_larger_than_can_be_meant_reaches_no_parser(query):
    with pytest.raises(SpecError, match=r"^f: q: expected (PromQL: query|at most 4000 characters)"):
        checked_query("f", "q", query)
    with pytest.raises(SpecError, match=r"^f: q: expected (PromQL: query|at most 4000 characters)"):
        refuse_groups("f", {"q": query})


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("windowed", [True, False], ids=["over the window", "plain"])
def test_neither_does_one_of_an_openslo_file(tmp_path, query, windowed):
    written = query if windowed else query.replace("[$window]", "")
    with pytest.raises(SpecError, match=r"ratioMetric\.total\.metricSource\.spec\.query: expected "):
        load(
            tmp_path,
            measured_by(ratioMetric={"bad": metric("increase(a[$window])"), "total": metric(written)}),
        )


@pytest.mark.parametrize("recorded", [True, False])
def test_rules_of_the_largest_queries_are_within_what_our_engine_allows(tmp_path, recorded):
    deep = "sum(" + "abs(" * 46 + "increase({}[$window])" + ")" * 47
    wide = "sum(increase({}[$window]))" + " + sum(increase(b[$window]))" * 120
    for query in (deep, wide) if recorded else (deep,):  # raw, each alert repeats all of it
        parts = {"bad": metric(query.format("a")), "total": metric(query.format("c"))}
        slos = load(tmp_path, measured_by(ratioMetric=parts))
        rules = compile_slos(slos, policies_of(slos), CompileOptions(recorded=recorded))
        for rule in (rule for group in rules["groups"] for rule in group["rules"]):
            check_size(rule["expr"], QuerySize())
