"""A Grafana board as JSON: rows of panels with the ids, variables and marks that Grafana expects."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.grafana.panels import SOURCE

SCHEMA_VERSION = 41  # Grafana 11.6

Json = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A titled row of panels (builders of the SDK)."""

    title: str
    panels: Sequence[Any]


def board(
    uid: str, title: str, description: str, variables: Sequence[Any], rows: Sequence[Row], *, span: str
) -> Json:
    """The board, not editable in Grafana, since its source is this code."""
    made = dashboard.Dashboard(title).uid(uid).description(description).tags(["fireline"]).readonly()
    made = made.time(f"now-{span}", "now").refresh("30s").timezone("browser")
    made = made.tooltip(model.DashboardCursorSync.CROSSHAIR).variables(list(variables)).annotation(_pages())
    for row in rows:
        made = made.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            made = made.with_panel(panel)
    return _completed(json.loads(json.dumps(made.build(), cls=JSONEncoder)))


def _pages() -> dashboard.AnnotationQuery:
    query = dashboard.AnnotationQuery().name("Pages").datasource(SOURCE).enable(True).icon_color("red")
    return query.expr('ALERTS{alertstate="firing",severity="page"}')


def _completed(made: Json) -> Json:
    """What the SDK leaves out: ids, which it gives to no panel, and the text of marks."""
    for number, panel in enumerate(made["panels"], start=1):
        panel["id"] = number
    for mark in made["annotations"]["list"]:
        mark |= {
            "titleFormat": "{{alertname}}",
            "textFormat": "{{slo}} {{tier}}",
            "tagKeys": "service,slo,tier",
        }
    return made | {"schemaVersion": SCHEMA_VERSION}
