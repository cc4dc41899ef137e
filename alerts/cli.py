"""`fireline alerts …`: compile SLO files into rules."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from alerts.compile import CompileOptions, compile_slos, policies_of, rules_yaml
from alerts.errors import AlertsError
from alerts.openslo import load_slos
from alerts.ruletests import rule_tests
from collector.durations import parse_duration


class UserMistake(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401  click's own signature
        click.echo(f"fireline: {self.message}", err=True, file=file)


class _Group(click.Group):
    """Turns our errors into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        try:
            return super().invoke(ctx)
        except AlertsError as error:
            raise UserMistake(str(error)) from error


class Duration(click.ParamType[float]):
    """A Prometheus duration on the command line, as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        if isinstance(value, float):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


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
def compile_command(files: Sequence[Path], out: Path, interval: float, self_contained: bool) -> None:
    """Write NAME.rules.yml and NAME.test.yml for each SLO file."""
    written = {out / f"{_name(file)}.rules.yml" for file in files}
    if len(written) < len(files):
        raise UserMistake("FILES: expected a different name for each file")
    options = CompileOptions(recorded=not self_contained, interval_seconds=interval)
    compiled = [(_name(file), *_compiled(file, options)) for file in files]
    out.mkdir(parents=True, exist_ok=True)
    for name, rules, tests in compiled:
        _write(out / f"{name}.rules.yml", rules)
        if options.recorded:
            _write(out / f"{name}.test.yml", tests)


def _compiled(file: Path, options: CompileOptions) -> tuple[dict[str, Any], dict[str, Any]]:
    slos = load_slos(file)
    policies = policies_of(slos)
    return compile_slos(slos, policies, options), rule_tests(slos, policies, f"{_name(file)}.rules.yml")


def _name(file: Path) -> str:
    """``shop`` for ``shop.slo.yml``."""
    return file.stem.removesuffix(".slo")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(rules_yaml(content), encoding="utf-8")
    click.echo(f"wrote {path}")
