"""`fireline alerts …` and `fireline replay`: SLO files into rules, and what those rules do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import click

from alerts.casefile import load_case
from alerts.compile import AS_WRITTEN, CompileOptions, compile_slos, policies_of
from alerts.emitted import refuse_unreadable
from alerts.errors import AlertsError
from alerts.formats.files import load_slos
from alerts.formats.sloth import PeriodOptions
from alerts.guardrails.rules import compile_guardrails
from alerts.guardrails.spec import Guardrail, load_guardrails
from alerts.guardrails.unit_tests import guardrail_tests, untested
from alerts.outputs import refuse_overwriting
from alerts.period_options import period_options, refuse_windows_beside
from alerts.policy import load_policy
from alerts.prometheus_rule import prometheus_rule, resource_labels
from alerts.replay import replay as replay_case
from alerts.replay_report import Language, report
from alerts.rules_text import rules_yaml
from alerts.ruletests import rule_tests
from alerts.slo import Slo
from alerts.spec_files import load_spec_files
from alerts.terminal import show
from collector.cli_values import Duration
from collector.errors import OutputError
from collector.plain_text import plain_line
from collector.whole_file import write_all


class UserMistake(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401  click's own signature
        click.echo(f"fireline: {plain_line(self.message)}", err=True, file=file)


_ELSEWHERE = {
    "backtest": "alerts.backtest.cli:backtest_command",
    "budget": "alerts.budget.cli:budget_command",
    "check": "alerts.check.cli:check_command",
    "ci": "alerts.ci.cli:ci_command",
    "freeze": "alerts.ci.freeze_cli:freeze_command",
    "gate": "alerts.budget.gate_cli:gate_command",
    "tune": "alerts.tune.cli:tune_command",
}
"""Commands in modules of their own, which are imported when the command is used."""


class _Group(click.Group):
    """Turns our errors into one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _ELSEWHERE.get(cmd_name)
        return super().get_command(ctx, cmd_name) if place is None else EntryPoint(cmd_name, place, "").load()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        with _mistakes():
            return super().invoke(ctx)


@contextmanager
def _mistakes() -> Iterator[None]:
    try:
        yield
    except (AlertsError, OutputError) as error:
        raise UserMistake(str(error)) from error


_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(cls=_Group)
def alerts() -> None:
    """SLOs into rules, and what those rules can and cannot do."""


@alerts.command("compile")
@_FILES
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to."
)
@click.option(
    "--interval", type=Duration(), default=15.0, show_default="15s", help="Evaluation interval of pages."
)
@click.option(
    "--self-contained",
    is_flag=True,
    help="Alerts that read raw counters only, without recording rules (and without a rule test file).",
)
@click.option(
    "--exact-windows",
    is_flag=True,
    default=AS_WRITTEN.exact_windows,
    help="Count windows of a day and more on the raw counters instead of summing five minutes up: "
    "exact to the sample, and dear on a Prometheus.",
)
@click.option("--policy", help="Another policy than the SLOs name: a name or a file.")
@period_options
@click.option(
    "--format",
    "style",
    type=click.Choice(["rules", "prometheusrule"]),
    default="rules",
    show_default=True,
    help="prometheusrule: Kubernetes' resource around the rules (and no rule test file).",
)
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="Of each prometheusrule.")
def compile_command(  # noqa: PLR0917  click passes them by name
    files: Sequence[Path],
    out: Path,
    interval: float,
    self_contained: bool,
    exact_windows: bool,
    policy: str | None,
    period: PeriodOptions,
    style: str,
    labels: tuple[str, ...],
) -> None:
    """Write NAME.rules.yml and NAME.test.yml for each file that has SLOs or guardrails."""
    if labels and style != "prometheusrule":
        raise UserMistake("--label: expected with --format prometheusrule only")
    refuse_windows_beside(policy, period)
    resource = resource_labels(labels)
    written = {out / f"{_stem(file)}.rules.yml" for file in files}
    if len(written) < len(files):
        raise UserMistake("FILES: expected a different name for each file")
    way = {"recorded": not self_contained, "exact_windows": exact_windows}
    options = replace(AS_WRITTEN, interval_seconds=interval, **way)
    specs = load_spec_files(*files, period=period)
    slos = [(_stem(file), slos) for file, slos in specs.slo_files.items() if slos]
    guardrails = [(_stem(file), some) for file, some in specs.guardrail_files.items()]
    compiled = [(name, *_compiled(name, some, policy, options, specs.slos)) for name, some in slos]
    compiled += [(name, *_compiled_guardrails(name, some, options)) for name, some in guardrails]
    texts: dict[Path, str] = {}
    for name, rules, tests in compiled:
        refuse_unreadable(f"{name}.rules.yml", rules)
        is_plain = style == "rules"
        content = rules if is_plain else prometheus_rule(name, rules, resource)
        texts[out / f"{name}.rules.yml"] = rules_yaml(content)
        if options.recorded and is_plain:
            texts[out / f"{name}.test.yml"] = rules_yaml(tests)
    for path in texts:
        refuse_overwriting("--out", path, files)
    _write(texts)


def _compiled(
    name: str, slos: Sequence[Slo], policy: str | None, options: CompileOptions, among: Sequence[Slo]
) -> tuple[dict[str, Any], dict[str, Any]]:
    policies = {slo.policy: load_policy(policy) for slo in slos} if policy else policies_of(slos)
    rules = compile_slos(slos, policies, options, among=among)
    return rules, rule_tests(slos, policies, f"{name}.rules.yml", rules)


def _compiled_guardrails(
    name: str, guardrails: Sequence[Guardrail], options: CompileOptions
) -> tuple[dict[str, Any], dict[str, Any]]:
    rules = compile_guardrails(guardrails, options.interval_seconds)
    tests = guardrail_tests(guardrails, f"{name}.rules.yml", rules)
    for one in untested(guardrails, tests):
        reason = "no series made up for its query crosses what it guards"
        click.echo(f"warning: guardrail {one} has no unit test: {reason}", err=True)
    return rules, tests


def _stem(file: Path) -> str:
    """``shop`` for ``shop.slo.yml``."""
    name = file.stem.removesuffix(".slo")
    if not name.strip(". ") or not name.isprintable():
        raise UserMistake(
            f"FILES: expected names to call rules by, such as shop.slo.yml, found {file.name!r}"
        )
    return name


def _write(texts: Mapping[Path, str]) -> None:
    write_all(texts)
    for path in texts:
        click.echo(plain_line(f"wrote {path}"))


EXAMPLES = Path(__file__).parent / "examples"


@click.command()
@click.argument("case", default="seed-2025-09-03")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", show_default=True)
@click.option("--policy", help="Judge another policy than the SLOs name: a name or a file.")
@click.option("--slos", type=click.Path(path_type=Path), default=EXAMPLES / "shop.slo.yml", help="SLO file.")
@click.option(
    "--guardrails",
    type=click.Path(path_type=Path),
    default=EXAMPLES / "shop.guardrails.yml",
    help="Guardrail file.",
)
@period_options
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write Markdown to this file instead."
)
@click.pass_context
def replay(  # noqa: PLR0917  click passes them by name
    ctx: click.Context,
    case: str,
    lang: Language,
    policy: str | None,
    slos: Path,
    guardrails: Path,
    out: Path | None,
    period: PeriodOptions,
) -> None:
    """When would each alert have fired in CASE, a recorded incident? Exit 1 if the page is not as wanted."""
    with _mistakes():
        refuse_overwriting("--out", out, [slos, guardrails])
        refuse_windows_beside(policy, period)
        loaded = load_slos(slos, period=period)
        policies = {slo.policy: load_policy(policy) for slo in loaded} if policy else policies_of(loaded)
        outcome = replay_case(load_case(case), loaded, policies, load_guardrails(guardrails))
    told = report(outcome, lang)
    if out is None:
        show(told.rich())
    else:
        with _mistakes():
            _write({out: told.markdown()})
    if not outcome.as_wanted:
        ctx.exit(1)
