"""`fireline alerts tune`: which policy would have paged sooner, and at what price? Advisory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from alerts.backtest.cli import files_read, history_options
from alerts.backtest.histories import Wanted, opened
from alerts.backtest.reach import needed_by_alerts
from alerts.backtest.stretch import Stretch
from alerts.casefile import BUILT_IN
from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slos
from alerts.formats.sloth import PeriodOptions
from alerts.json_text import json_text
from alerts.outputs import refuse_overwriting, write_output
from alerts.period_options import period_options, refuse_windows_beside
from alerts.policy import Policy, load_policy
from alerts.slo import Slo
from alerts.terminal import show
from alerts.tune.frontier import Wish
from alerts.tune.report import choice_yaml, tuned_json, tuned_text
from alerts.tune.tuning import page_tiers, tuned
from collector.cli_values import Duration
from collector.rules.files import RuleGroup, parse_groups


@click.command("tune")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@history_options
@click.option("--policy", "base", help="To begin from: a name or a file; without it, the one the SLOs name.")
@click.option(
    "--max-false",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="False pages allowed.",
)
@click.option("--within", type=Duration(), help="Of each onset: choose the quietest that pages so soon.")
@click.option(
    "--headroom",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="How far below its limits quiet time has to stay.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the policy to this file.")
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@period_options
@click.pass_context
def tune_command(  # noqa: PLR0917  click passes them by name
    ctx: click.Context,
    /,
    files: Sequence[Path],
    base: str | None,
    max_false: int,
    within: float | None,
    headroom: float,
    out: Path | None,
    style: str,
    period: PeriodOptions,
    **history: Any,  # noqa: ANN401  whatever the options are
) -> None:
    """Weigh time to page against false pages for the SLOs in FILES, over cases and history.

    Advisory: it prints a policy and changes nothing. Exit 1 where no policy tried does what is wished for.
    """
    refuse_windows_beside(base, period)
    refuse_overwriting("--out", out, [*files, *([Path(base)] if base else []), *files_read(history)])
    slos = load_slos(*files, period=period)
    policy = _base(slos, base)
    with _evidence(Wanted(**history), slos, policy) as stretches:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("burn rates", total=1.0)
            wish = Wish(max_false, within, headroom)
            found = tuned(slos, policy, stretches, wish, lambda part: bar.update(task, completed=part))
    text = choice_yaml(found)
    if style == "json":
        click.echo(json_text(tuned_json(found)))
    else:
        show(tuned_text(found))
        click.echo(text or "", nl=False)
    if text is None:
        ctx.exit(1)
    if out is not None:
        write_output("--out", out, text)


def _base(slos: Sequence[Slo], name: str | None) -> Policy:
    if name is not None:
        return load_policy(name)
    policies = list(policies_of(slos).values())
    if len(policies) > 1:
        names = ", ".join(policy.name for policy in policies)
        raise SpecError(f"expected SLOs of one policy, or --policy to begin from, found {names}")
    return policies[0]


@contextmanager
def _evidence(wanted: Wanted, slos: Sequence[Slo], base: Policy) -> Iterator[list[Stretch]]:
    """The cases (those that ship without others), and the history where one is named.

    A case of an incident within that history is judged there only, or it would count twice.
    """
    groups = _rules(slos, base)
    in_history = wanted.server is not None or wanted.data is not None
    if not in_history and wanted.incidents is not None:
        raise SpecError("--incidents: expected a history beside it: --prometheus URL or --data DIR")
    cases_only = replace(wanted, server=None, data=None, incidents=None, cases=wanted.cases or BUILT_IN)
    if not in_history:
        with opened(cases_only, groups) as cases:
            yield cases
        return
    with (
        opened(replace(cases_only, start=None, end=None), groups) as cases,
        opened(wanted, groups) as history,
    ):
        (one,) = history
        yield [case for case in cases if case.end <= one.start or case.start >= one.end] + history


def _rules(slos: Sequence[Slo], base: Policy) -> tuple[RuleGroup, ...]:
    """Alerts that read all that any candidate reads."""
    tiers = tuple(replace(tier, name=f"t{n}") for n, tier in enumerate(page_tiers(base)))
    policies = {slo.policy: Policy("all", tiers) for slo in slos}
    return needed_by_alerts(parse_groups(compile_slos(slos, policies, CompileOptions(recorded=False))))
