"""What the shop's board and examples ask for is what the shop and its exporter expose."""

import re
from pathlib import Path

import promql_parser as promql
import pytest

from alerts.formats.files import load_slos
from alerts.guardrails.spec import load_guardrails
from alerts.signals import load_signals
from commerce_app.metrics import Metrics
from commerce_app.stack.exporter import group_metrics
from commerce_app.stack.postgres_figures import STATISTICS, PostgresFigures, postgres_metrics
from commerce_app.stack.procfs import TreeUsage
from commerce_app.stack.redis_figures import COUNTERS, GAUGES, redis_metrics
from dashboards.grafana.lint import _selectors, filled
from dashboards.grafana.shop.board import shop_board

EXAMPLES = Path("alerts/examples")
CHOSEN = re.compile(r"\$(job|instance)")
GROUPS = ("postgres-primary", "postgres-replica", "valkey", "shop")


def board_queries():
    panels = [panel for panel in shop_board()["panels"] if panel["type"] != "row"]
    return {
        f"{panel['title']} {target['refId']}": CHOSEN.sub(".+", filled(target["expr"]))
        for panel in panels
        for target in panel["targets"]
    }


def example_queries():
    slos = load_slos(EXAMPLES / "shop.slo.yml")
    found = {f"{slo.name} {part}": getattr(slo.sli, part) for slo in slos for part in ("bad", "total")}
    found |= {one.name: one.query for one in load_guardrails(EXAMPLES / "shop.guardrails.yml")}
    found |= {one.name: one.query for one in load_signals(EXAMPLES / "shop.signals.yml").signals}
    return {name: query.replace("$window", "1m") for name, query in found.items()}


QUERIES = board_queries() | example_queries()


@pytest.fixture(scope="module")
def exposed():
    """Every series of a shop that has just begun, and of the exporter beside it: its name and labels."""
    used = group_metrics(dict.fromkeys(GROUPS, TreeUsage(1, 1.0, 1.0, 1)), dict.fromkeys(GROUPS, 1))
    families = [*Metrics().registry.collect(), *used, *server_families()]
    return [("up", {"job": "shop", "instance": "shop:8000"})] + [
        (sample.name, sample.labels | {"job": "shop", "instance": "shop:8000"})
        for family in families
        for sample in family.samples
    ]


def server_families():
    figures = PostgresFigures(
        datname="shop",
        is_replica=True,
        lag_seconds=0.0,
        max_connections=100,
        started_at=1756000000.0,
        sessions={},
        oldest_seconds={},
        waiting=0,
        locks={},
        statistics=dict.fromkeys((*STATISTICS, "datid"), 0),
    )
    info = dict.fromkeys((*COUNTERS.values(), *GAUGES.values()), 0)
    servers = postgres_metrics({"primary": figures, "replica": figures})
    return [*servers, *redis_metrics({**info, "db0": {"keys": 1}})]


def matches(matcher, value):
    same = str(matcher.op) in {"MatchOp.Equal", "MatchOp.Re"}
    pattern = matcher.value if "Re" in str(matcher.op) else re.escape(matcher.value)
    return (re.fullmatch(pattern, value) is not None) == same


@pytest.mark.parametrize("name", QUERIES)
def test_every_selector_finds_a_series_of_the_shop(name, exposed):
    selectors = [selector for selector, _ in _selectors(promql.parse(QUERIES[name]))]
    assert selectors
    for selector in selectors:
        assert any(
            metric == selector.name
            and all(matches(each, labels.get(each.name, "")) for each in selector.matchers.matchers)
            for metric, labels in exposed
        ), selector


def test_every_metric_of_the_shop_is_on_its_board():
    shown = {s.name for query in board_queries().values() for s, _ in _selectors(promql.parse(query))}
    names = {re.sub("_(bucket|count|sum|total)$", "", name) for name in shown}
    exposed = {family.name for family in Metrics().registry.collect()}
    assert {name for name in exposed if name not in names | shown} == set()
