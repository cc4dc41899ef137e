"""`fireline alerts ci`: may this change of the rules pass?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from alerts.backtest.cli import evaluation_interval_option, experimental_option
from alerts.backtest.files import load_alerts
from alerts.backtest.paging import page_matchers, without_a_page
from alerts.backtest.unfound import unfound_lines
from alerts.ci.accepted import FILE_NAME, read_accepted, write_accepted
from alerts.ci.casebook import load_casebook, shipped
from alerts.ci.compare import as_accepted, compared, passes
from alerts.ci.report import ci_json, ci_table
from alerts.ci.run import interval_notes, judged, unfound_in_all
from alerts.ci.verdict import PAGING, Verdict
from alerts.formats.files import load_slos
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.outputs import refuse_overwriting
from alerts.period_options import period_options
from alerts.terminal import show
from collector.labels import Matcher
from collector.rules.files import RuleGroup

_SHIPPED = (
    "without --cases these are the cases that ship with Fireline, of its own shop: they judge rules that "
    "read the shop's metrics, and no service of yours (`fireline alerts freeze` makes cases of those)"
)


@click.command("ci")
@click.argument("rules", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--cases",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of cases; those that ship with Fireline without it.",
)
@click.option(
    "--accepted",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"What was accepted: {FILE_NAME} beside the cases, or here for those that ship with Fireline.",
)
@click.option("--accept", is_flag=True, help="Accept what the rules do now, if it is as the cases want it.")
@click.option(
    "--page",
    multiple=True,
    metavar="MATCHER",
    help='What pages, such as severity="critical". Without it: '
    + " or ".join(str(matcher) for matcher in PAGING)
    + ".",
)
@click.option(
    "--slos",
    multiple=True,
    type=click.Path(path_type=Path),
    help="SLO file whose budgets are told of, where RULES are rule files; may be repeated.",
)
@experimental_option
@evaluation_interval_option
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@period_options
@click.pass_context
def ci_command(  # noqa: PLR0917  click passes them by name
    ctx: click.Context,
    rules: Sequence[Path],
    cases: Path | None,
    accepted: Path | None,
    accept: bool,
    page: Sequence[str],
    slos: Sequence[Path],
    experimental: bool,
    evaluation_interval: float | None,
    style: str,
    period: PeriodOptions,
) -> None:
    """Replay every case through RULES (rule or SLO files).

    Exit 1 on a page late, later, lost or new, and where no case can judge the rules.
    """
    path = accepted or (cases or Path()) / FILE_NAME
    refuse_overwriting("--accepted", path if accept else None, [*rules, *slos])
    given = load_alerts(rules, period=period, experimental=experimental)
    budgets = [*given.slos, *(load_slos(*slos, period=period) if slos else [])]
    paging = page_matchers(page) or PAGING
    before = read_accepted(path)
    found = load_casebook(cases) if cases else shipped()
    if cases is None:
        click.echo(f"fireline: {_SHIPPED}", err=True)
    timed = [replace(c, evaluation_seconds=evaluation_interval or c.evaluation_seconds) for c in found]
    verdicts = {case.name: judged(case, given.groups, paging, budgets) for case in timed}
    outcomes = [compared(c.name, c.expected, verdicts[c.name], before.get(c.name)) for c in found]
    unwanted = [name for name, verdict in verdicts.items() if verdict.problem]
    accepts = accept and not unwanted and any(verdict.is_judged for verdict in verdicts.values())
    outcomes = [as_accepted(one) for one in outcomes] if accepts else outcomes
    if style == "json":
        click.echo(json_text(ci_json(outcomes)))
    else:
        notes = interval_notes(timed, given.groups)
        notes += unfound_lines(unfound_in_all(verdicts.values())) if cases else []
        notes.append(_without_a_page(verdicts, given.groups, paging))
        show(ci_table(outcomes, [note for note in notes if note], accepts=accepts))
    if accepts:
        click.echo(f"wrote {write_accepted(path, verdicts)}", err=True)
    elif accept and unwanted:
        click.echo(f"fireline: {_nothing_accepted(path, unwanted, len(verdicts))}", err=True)
    if not passes(outcomes):
        ctx.exit(1)


def _without_a_page(
    verdicts: Mapping[str, Verdict], groups: Sequence[RuleGroup], paging: Sequence[Matcher]
) -> str:
    is_paged = any(one.page_seconds is not None or one.already for one in verdicts.values())
    return "" if is_paged else without_a_page(groups, paging)


def _nothing_accepted(path: Path, unwanted: Sequence[str], cases: int) -> str:
    return (
        f"--accept: nothing is accepted and {path} stays as it is, since {len(unwanted)} of {cases} cases do "
        f"not end as they demand ({', '.join(unwanted)}): --accept is for pages that moved within what "
        "a case demands; mend the rules, or what the case.yml demands"
    )
