"""`postmortem freeze`: an incident becomes a case that `fireline alerts ci` replays."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from alerts.backtest.files import load_alerts
from alerts.case_bounds import checked_name
from alerts.ci.casebook import read_case
from alerts.ci.freezing import Made, Wanted, freeze_from
from alerts.ci.run import judged
from alerts.ci.server_rules import server_rules
from alerts.ci.verdict import Verdict
from alerts.errors import AlertsError
from collector.cli_prometheus import PrometheusServer
from collector.cli_values import Duration, Time
from collector.durations import format_duration
from collector.plain_text import plain_line
from collector.rules.files import RuleGroup
from postmortem.asked import say_latest
from postmortem.errors import PostmortemError
from postmortem.freeze import Onset, doubts_about, expected_of, labels_of, shown_time, true_onset
from postmortem.live import report_on
from postmortem.mistake import UserMistake
from postmortem.options import cases_option, fireline_options, rules_option
from postmortem.report import Report
from postmortem.slips import find_slips


@click.command("freeze")
@click.argument("incident")
@fireline_options()
@click.option(
    "--onset",
    type=Time(),
    help="When it truly began, as reviewed: Unix seconds or RFC 3339; else the report's impact start.",
)
@click.option(
    "--page-within",
    type=Duration(),
    help="How soon after the onset a page is due; else as soon as it came, 2m at least.",
)
@rules_option("Rules or SLOs whose series are kept; else the rules that the server evaluates.")
@cases_option("The folder of all cases.")
@click.option("--name", help="Of the case and its folder; the incident's id unless given.")
@click.option("--force", is_flag=True, help="Replace the case of that name.")
def freeze_command(  # noqa: PLR0917  click passes them by name
    incident: str,
    server: PrometheusServer,
    onset: float | None,
    page_within: float | None,
    rules: Sequence[Path],
    cases: Path,
    name: str | None,
    force: bool,
) -> None:
    """Make INCIDENT (an id, or `latest`) a case: what the rules read, its onset, its labels."""
    try:
        checked_name(name or "latest")
        report, _ = report_on(incident, server, time.time())
        began = true_onset(report, onset)
        wanted = _wanted(name, report, began, page_within)
        groups = load_alerts(rules).groups if rules else server_rules(server)
        frozen = _Frozen(freeze_from(server, cases, wanted, groups, replaces=force), wanted, groups)
        verdict = judged(read_case(frozen.made.folder), groups)
    except (PostmortemError, AlertsError) as error:
        raise UserMistake(str(error)) from error
    say_latest(incident, report.evidence.incident)
    for doubt in (*find_slips(report), *doubts_about(report, began)):
        click.echo(f"postmortem: {plain_line(doubt)}", err=True)
    _say(frozen, began, verdict, is_given=page_within is not None)


@dataclass(frozen=True)
class _Frozen:
    made: Made
    wanted: Wanted
    groups: Sequence[RuleGroup]


def _wanted(name: str | None, report: Report, began: Onset, page_within: float | None) -> Wanted:
    incident = report.evidence.incident
    titles = incident.titles
    return Wanted(
        checked_name(name or incident.id),
        titles.get("en") or incident.title,
        expected_of(report, began, page_within),
        title_ko=titles.get("ko", ""),
        incident=labels_of(incident),
        time_zone=report.evidence.time_zone,
    )


def _say(frozen: _Frozen, began: Onset, verdict: Verdict, *, is_given: bool) -> None:
    expected = frozen.wanted.expected
    click.echo(plain_line(frozen.made.says))
    due = format_duration(expected.page_within_seconds or 0.0)
    basis = "" if is_given else ", as it came then: give --page-within for a case that asks for more"
    click.echo(f"onset {shown_time(began.at)}, {began.basis}; a page is due within {due}{basis}")
    click.echo(plain_line(_outcome(verdict)))
    for line in frozen.made.notes:
        click.echo(f"postmortem: {plain_line(line)}", err=True)
    click.echo(f"next: fireline alerts ci RULES --cases {frozen.made.folder.parent}")


def _outcome(verdict: Verdict) -> str:
    """What the rules that it was frozen with make of it, replayed."""
    if not verdict.is_judged:
        missing = ", ".join(dict.fromkeys(one for each in verdict.unheld for one in each.reads))
        return f"replayed: the case cannot judge these rules, it has no samples of {missing}"
    if verdict.page_seconds is None:
        return "replayed: these rules page nobody in it, though a page is due: `alerts ci` will fail"
    page = f"replayed: {', '.join(verdict.by)} pages {verdict.page_seconds:.0f} s after the onset"
    return f"{page}; `alerts ci` will fail: {verdict.problem}" if verdict.problem else f"{page}, as is due"
