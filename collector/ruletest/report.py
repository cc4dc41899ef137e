"""Tells how the unit tests of rules went: failures on standard error, all else on standard output."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from collector.durations import format_duration
from collector.errors import ConfigError
from collector.ruletest.file import load_rule_tests
from collector.ruletest.run import Failure, run_rule_tests


def test_and_report(path: Path, *, experimental: bool) -> bool:
    """Runs a file of tests and prints as promtool does; true if all of them passed."""
    click.echo(f"Unit Testing:  {path}")
    try:
        file = load_rule_tests(path)
        for pattern in file.missing:
            click.echo(f"  WARNING: no file matches {pattern!r}", err=True)
        problems = ["\n".join(_lines(failure)) for failure in run_rule_tests(file, experimental=experimental)]
    except ConfigError as error:
        problems = [f"    {error}"]
    if problems:
        click.echo("  FAILED:\n" + "\n\n".join(problems), err=True)
    else:
        click.echo("  SUCCESS")
    click.echo()
    return not problems


def _lines(failure: Failure) -> Iterator[str]:
    name = f"name: {failure.test}, " if failure.test else ""
    yield f"    {name}{failure.subject}, time: {format_duration(failure.at_seconds)}"
    if failure.error:
        yield f"        error: {failure.error}"
        return
    yield from _listed("expected", failure.expected)
    yield from _listed("got", failure.got)


def _listed(title: str, found: Sequence[str]) -> Iterator[str]:
    if not found:
        yield f"        {title}: nothing"
        return
    yield f"        {title}:"
    for one in found:
        yield f"            {one}"
