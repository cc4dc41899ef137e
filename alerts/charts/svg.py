"""Charts as accessible HTML figures that hold an SVG: no script, nothing from outside, themed by CSS."""

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from alerts.charts import layout, spans
from alerts.charts.model import BudgetBar, Chart
from alerts.charts.summary import WORDS, budget_text, data_table, summary_text, window_text
from alerts.html_templates import html_templates

_HEAD = 12.0  # above a chart that carries its title inside the picture


def render_chart(chart: Chart) -> Markup:
    """A ``figure`` with the picture, its legend, a sentence for each line and the figures as a table."""
    return _render(
        "chart.html.j2",
        chart=chart,
        layout=layout.lay_out(chart),
        place=layout,
        window=window_text(chart),
        summary=summary_text(chart),
        table=data_table(chart),
        table_label=WORDS[chart.language]["table"],
    )


def render_budget_bar(bar: BudgetBar) -> Markup:
    """A ``figure`` with a bar that is full while the budget is whole, and says in words what is left."""
    known = bar.remaining is not None and math.isfinite(bar.remaining)
    remaining = bar.remaining if known and bar.remaining is not None else 0.0
    tone = (
        "plain"
        if not known
        else "bad"
        if remaining <= 0
        else "warn"
        if remaining < bar.warn_below
        else "good"
    )
    share = min(max(remaining, 0.0), 1.0)
    return _render("budget.html.j2", bar=bar, tone=tone, share=share, text=budget_text(bar))


def render_spans(chart: spans.SpanChart) -> Markup:
    """A timeline as an SVG picture that stands alone, as a file or in a page."""
    return _render(
        "spans.svg.j2", chart=chart, layout=spans.lay_out_spans(chart), place=spans, stylesheet=stylesheet()
    )


def render_charts(title: str, charts: Sequence[Chart]) -> Markup:
    """Charts one below the other as an SVG picture that stands alone, as a file."""
    panel_height = layout.HEIGHT + _HEAD
    panels = [(one, layout.lay_out(one), summary_text(one)) for one in charts]
    return _render(
        "charts.svg.j2",
        title=title,
        panels=panels,
        place=layout,
        head=_HEAD,
        panel_height=panel_height,
        height=max(len(panels), 1) * panel_height,
        stylesheet=stylesheet(),
    )


@cache
def stylesheet() -> Markup:
    """The CSS that every page with charts includes once: light, dark and print."""
    return Markup(files("alerts.charts").joinpath("charts.css").read_text(encoding="utf-8"))  # noqa: S704  # our file


def _render(template: str, **values: object) -> Markup:
    return Markup(html_templates("alerts.charts").get_template(template).render(**values))  # noqa: S704  # the template escapes
