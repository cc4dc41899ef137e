"""`fireline alerts gate`: may we deploy?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.text import Text

from alerts.budget.gate import Outcome, Verdict, verdict, worst
from alerts.budget.options import asked_for, budget_options, warn_of_idle
from alerts.budget.readings import load_wanted, patient_querier, read_budgets
from alerts.budget.texts import say
from alerts.charts.model import Language
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.period_options import period_options
from alerts.terminal import show
from collector.cli_prometheus import PrometheusServer
from collector.clock import SystemClock
from collector.errors import QueryError

_STYLES = {Outcome.OK: "green", Outcome.LOW: "yellow", Outcome.SPENT: "bold red", Outcome.NO_DATA: "bold red"}


@click.command("gate")
@budget_options
@period_options
@click.option(
    "--low",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Share of a budget below which it is low.",
)
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def gate_command(  # noqa: PLR0917  click passes them by name
    ctx: click.Context,
    files: Sequence[Path],
    server: PrometheusServer,
    lang: str,
    names: Sequence[str],
    exclusions: Sequence[Path],
    at: float | None,
    zone: ZoneInfo,
    period: PeriodOptions,
    low: float,
    style: str,
) -> None:
    """Say whether the budgets of the SLOs in FILES allow a deploy.

    Exit 0: they do; 3: one is low; 4: one is spent; 5: of one there is no data, or the server does not
    answer; 2: a mistake. Of several, spent goes before no data, and that before low.
    """
    wanted = load_wanted(files, names, exclusions, period)
    warn_of_idle(wanted)
    at = asked_for(at, SystemClock().now())
    language, verdicts, failure = Language(lang), [], ""
    try:
        with patient_querier(server) as querier:
            readings = read_budgets(querier, wanted, at)
            verdicts = [verdict(reading, low, zone, language) for reading in readings]
    except QueryError as error:
        failure = str(error)
    outcome = worst(verdicts)
    if style == "json":
        click.echo(json_text(_json(verdicts, outcome, at, low, failure)))
    elif failure:
        click.echo(f"fireline: {say(language, 'no_data')}: {failure}", err=True)
    else:
        show(*(_line(one, language) for one in verdicts), soft_wrap=True)
    ctx.exit(outcome.exit_code)


def _line(one: Verdict, language: Language) -> Text:
    widest = max(cell_len(say(language, f"outcome_{each}")) for each in Outcome)
    slo, said = one.reading.slo, say(language, f"outcome_{one.outcome}")
    padded = said + " " * (widest + 1 - cell_len(said))
    return Text.assemble((padded, _STYLES[one.outcome]), f"{slo.service}/{slo.name}: {one.line}")


def _json(
    verdicts: Sequence[Verdict], outcome: Outcome, at: float, low: float, failure: str
) -> dict[str, Any]:
    return {
        "outcome": outcome.value,
        "exit_code": outcome.exit_code,
        "at": at,
        "low": low,
        "failure": failure,
        "slos": [
            {
                "service": one.reading.slo.service,
                "slo": one.reading.slo.name,
                "objective": one.reading.slo.objective,
                "outcome": one.outcome.value,
                "message": one.line,
                "status": None if one.reading.account is None else one.reading.account.to_json(),
            }
            for one in verdicts
        ],
    }
