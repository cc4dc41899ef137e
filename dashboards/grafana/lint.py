"""Rules that every board of ours keeps: those of Grafana's dashboard-linter, and a few of our own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import promql_parser as promql

Json = Mapping[str, Any]

COUNTER_SUFFIXES = ("_total", "_count", "_sum", "_bucket")
COUNTER_FUNCTIONS = frozenset({"rate", "irate", "increase", "resets"})
GAUGES_NAMED_LIKE_COUNTERS = frozenset({"db_client_connection_count"})
MACROS = {"$__rate_interval_ms": "300000", "$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h"}


@dataclass(frozen=True)
class Finding:
    rule: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Exclusions:
    """Rules that a board breaks on purpose, each with its reason."""

    reasons: Mapping[str, str] = field(default_factory=dict)


# The SLO board draws what the SLO files define: their selectors and their windows, not the viewer's.
SLO_BOARD = Exclusions(
    {
        "template-job": "the SLO's own queries say which series count",
        "template-instance": "the SLO's own queries say which series count",
        "selector-variables": "the SLO's own queries say which series count",
        "rate-interval": "burn rates and budgets have the windows of the SLO",
    }
)


def lint(board: Json, exclusions: Exclusions | None = None) -> list[Finding]:
    """Every rule that the board breaks and is not excluded from."""
    excluded = (exclusions or Exclusions()).reasons
    return [finding for finding in _findings(board) if finding.rule not in excluded]


def _findings(board: Json) -> Iterator[Finding]:
    yield from _board_findings(board)
    yield from _variable_findings(board)
    for panel in (panel for panel in board["panels"] if panel["type"] != "row"):
        yield from _panel_findings(panel)
        for target in panel["targets"]:
            yield from _target_findings(panel, target)


def _board_findings(board: Json) -> Iterator[Finding]:
    title = board["title"]
    if board.get("editable", True):
        yield Finding("uneditable", title, "expected editable: false")
    identifiers = [panel.get("id") for panel in board["panels"]]
    if None in identifiers or len(set(identifiers)) != len(identifiers):
        yield Finding("panel-ids", title, "expected an id of its own for each panel")


def _variable_findings(board: Json) -> Iterator[Finding]:
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    source = variables.get("datasource", {})
    if (source.get("type"), source.get("query"), source.get("label")) != (
        "datasource",
        "prometheus",
        "Data source",
    ):
        yield Finding(
            "template-datasource", board["title"], "expected a variable datasource labelled Data source"
        )
    for name in ("job", "instance"):
        yield from _label_variable_findings(board["title"], name, variables.get(name))


def _label_variable_findings(title: str, name: str, variable: Json | None) -> Iterator[Finding]:
    rule = f"template-{name}"
    if variable is None:
        yield Finding(rule, title, f"expected a variable {name}")
        return
    expected = {"type": "query", "multi": True, "includeAll": True, "allValue": ".+", "refresh": 2}
    for key, value in expected.items():
        if variable.get(key) != value:
            yield Finding(
                rule, title, f"variable {name}: expected {key}: {value!r}, found {variable.get(key)!r}"
            )
    if variable.get("datasource", {}).get("uid") != "${datasource}":
        yield Finding(rule, title, f"variable {name}: expected the data source ${{datasource}}")


def _panel_findings(panel: Json) -> Iterator[Finding]:
    place = panel.get("title") or f"panel {panel.get('id')}"
    for key in ("title", "description"):
        if not panel.get(key):
            yield Finding("panel-title-description", place, f"expected a {key}")
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield Finding("panel-units", place, "expected a unit")
    if panel.get("datasource", {}).get("uid") != "${datasource}":
        yield Finding("panel-datasource", place, "expected the data source ${datasource}")
    if not panel.get("targets"):
        yield Finding("panel-no-targets", place, "expected a query")


def _target_findings(panel: Json, target: Json) -> Iterator[Finding]:
    place = f"{panel.get('title')} {target.get('refId') or '?'}"
    if not target.get("refId"):
        yield Finding("target-ref-id", place, "expected a refId")
    try:
        expression = promql.parse(filled(target["expr"]))
    except ValueError as error:
        yield Finding("target-promql", place, " ".join(str(error).split()))
        return
    if "$__rate_interval" not in target["expr"] and re.search(r"\b(rate|increase|irate)\(", target["expr"]):
        yield Finding("rate-interval", place, "expected $__rate_interval in rate and increase")
    for selector, function in _selectors(expression):
        yield from _selector_findings(place, selector, function)


def filled(query: str) -> str:
    """The query with values in place of Grafana's macros."""
    for macro, value in MACROS.items():
        query = query.replace(macro, value)
    return query


def _selectors(node: promql.Expr, function: str = "") -> Iterator[tuple[promql.VectorSelector, str]]:
    """Each selector with the function that takes its range, if one does."""
    match node:
        case promql.VectorSelector():
            yield node, ""
        case promql.MatrixSelector():
            yield node.vector_selector, function
        case promql.Call():
            for argument in node.args:
                yield from _selectors(argument, node.func.name)
        case promql.BinaryExpr():
            yield from _selectors(node.lhs)
            yield from _selectors(node.rhs)
        case promql.AggregateExpr() | promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            yield from _selectors(node.expr, function)


def _selector_findings(place: str, selector: promql.VectorSelector, function: str) -> Iterator[Finding]:
    name = selector.name or ""
    counter = name.endswith(COUNTER_SUFFIXES) and name not in GAUGES_NAMED_LIKE_COUNTERS
    if counter and function not in COUNTER_FUNCTIONS:
        yield Finding("target-counter-agg", place, f"expected counter {name} only inside rate or increase")
    for label in ("job", "instance"):
        if not any(
            m.name == label and str(m.op) == "MatchOp.Re" and m.value == f"${label}"
            for m in selector.matchers.matchers
        ):
            yield Finding("selector-variables", place, f'{name}: expected {label}=~"${label}"')
