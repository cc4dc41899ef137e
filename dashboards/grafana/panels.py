"""The kinds of panels and variables that our boards are made of."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
EVERY_SERIES = ".+"
LEAST_TOPS = {
    "percentunit": 0.02,
    "s": 0.05,
    "currencyKRW": 1000.0,
}  # a line at zero has an axis that tells something
GREEN, AMBER, RED = "green", "orange", "red"

Panel = Any  # the SDK's panel builders share methods, not a type
Query = tuple[str, str]  # an expression and the name of what it draws


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 8,
    limits: Sequence[tuple[float, str]] = (),
    minimum: float | None = 0,
    maximum: float | None = None,
    coarsest_interval: str = "",
) -> Panel:
    """A chart over time. limits: values from which on the background takes a colour."""
    panel = timeseries.Panel().fill_opacity(8).line_width(1).show_points(common_model.VisibilityMode.NEVER)
    panel = panel.legend(_legend()).tooltip(
        common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI)
    )
    panel = panel.axis_soft_max(LEAST_TOPS.get(unit, 1.0))
    if limits:
        panel = panel.thresholds(_thresholds(limits)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(common_model.GraphThresholdsStyleMode.DASHED)
        )
    if coarsest_interval:
        panel = panel.interval(coarsest_interval)
    panel = _bounded(_described(panel, title, description, unit, width=width), minimum, maximum)
    return _queried(panel, queries, instant=False)


def number(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 4,
    limits: Sequence[tuple[float, str]] = (),
) -> Panel:
    """The latest value, coloured by ``limits``."""
    panel = stat.Panel().graph_mode(common_model.BigValueGraphMode.NONE)
    panel = panel.thresholds(_thresholds(limits))
    return _queried(_described(panel, title, description, unit, width=width), queries, instant=True)


def bars(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 12,
    limits: Sequence[tuple[float, str]] = (),
) -> Panel:
    """The latest values side by side, 0 to 1."""
    panel = bargauge.Panel().orientation(common_model.VizOrientation.HORIZONTAL)
    panel = panel.display_mode(common_model.BarGaugeDisplayMode.BASIC).thresholds(_thresholds(limits))
    panel = _bounded(_described(panel, title, description, unit, width=width), 0, 1)
    return _queried(panel, queries, instant=True)


def datasource_variable() -> dashboard.DatasourceVariable:
    """The choice of a Prometheus."""
    return dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")


def label_variable(name: str, query: str) -> dashboard.QueryVariable:
    """A variable of the values of a label, several at once, all at first."""
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .query({"query": query, "refId": f"variable-{name}"})
        .datasource(SOURCE)
        .multi(True)
        .include_all(True)
        .all_value(EVERY_SERIES)
        .current(model.VariableOption(text="All", value="$__all"))
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
    )


def _described(panel: Panel, title: str, description: str, unit: str, *, width: int) -> Panel:
    return panel.title(title).description(description).unit(unit).datasource(SOURCE).height(7).span(width)


def _queried(panel: Panel, queries: Sequence[Query], *, instant: bool) -> Panel:
    for place, (expression, legend) in enumerate(queries):
        panel = panel.with_target(_target(place, expression, legend, instant=instant))
    return panel


def _bounded(panel: Panel, minimum: float | None, maximum: float | None) -> Panel:
    panel = panel if minimum is None else panel.min(minimum)
    return panel if maximum is None else panel.max(maximum)


def _target(place: int, expression: str, legend: str, *, instant: bool) -> prometheus.Dataquery:
    query = (
        prometheus.Dataquery()
        .expr(expression)
        .legend_format(legend)
        .ref_id(_ref_id(place))
        .datasource(SOURCE)
    )
    return query.instant() if instant else query.range()


def _ref_id(place: int) -> str:
    """A … Z, AA, AB …, as Grafana names queries."""
    rest, letter = divmod(place, 26)
    return (_ref_id(rest - 1) if rest else "") + ascii_uppercase[letter]


def _thresholds(limits: Sequence[tuple[float, str]]) -> dashboard.ThresholdsConfig:
    """limits: (value from which on, colour); the first applies below all others too."""
    steps = [
        model.Threshold(value=value if place else None, color=colour)
        for place, (value, colour) in enumerate(limits)
    ]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().show_legend(True).calcs(["lastNotNull"])
    return legend.display_mode(common_model.LegendDisplayMode.LIST).placement(
        common_model.LegendPlacement.BOTTOM
    )
