"""Opens the history that a command names: a Prometheus API, a folder of ours, or cases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from alerts.backtest.fetch import fetched
from alerts.backtest.incidents_file import incidents_of, load_incidents, merged, within
from alerts.backtest.intervals import (
    DEFAULT_SECONDS,
    are_unsaid,
    configured_seconds,
    interval_note,
    with_interval,
)
from alerts.backtest.reach import reach
from alerts.backtest.stretch import Stretch
from alerts.ci.casebook import FiledCase, load_casebook
from alerts.ci.freeze import selectors_read
from alerts.errors import SpecError
from alerts.selectors import as_shown
from collector.cli_prometheus import PrometheusServer
from collector.durations import format_duration
from collector.errors import CollectorError, QueryError
from collector.redaction import without_secrets
from collector.rules.files import RuleGroup
from collector.series import SampleSource
from collector.store.durable import SampleStore

_MOST_NAMED = 3
LONGEST_SECONDS = 400 * 86_400.0  # more steps than memory holds, beyond


@dataclass(frozen=True)
class Wanted:
    """Which history: of a server or a data folder from start to end, else of the cases. Unix seconds."""

    start: float | None = None
    end: float | None = None
    server: PrometheusServer | None = None
    data: Path | None = None
    cases: Path | None = None
    incidents: Path | None = None


def timed(
    groups: Sequence[RuleGroup], wanted: Wanted, seconds: float | None
) -> tuple[tuple[RuleGroup, ...], list[str]]:
    """The groups at the interval said, or that of the server; with a note where that matters.

    Raises:
        SpecError: where the server cannot be asked.
    """
    if not are_unsaid(groups):
        return tuple(groups), []
    why = "as --evaluation-interval says"
    if seconds is None and wanted.server is not None:
        seconds, why = (
            asked_seconds(wanted.server),
            f"as {wanted.server.shown} does (global evaluation_interval)",
        )
    if seconds is None:
        seconds, why = DEFAULT_SECONDS, "as nothing says otherwise (--evaluation-interval)"
    return with_interval(groups, seconds), [interval_note(seconds, why)]


def asked_seconds(server: PrometheusServer) -> float | None:
    """How often it evaluates groups that do not say it; None where it does not tell.

    Raises:
        SpecError: where it cannot be asked.
    """
    source = server.querier(on_retry=told)
    try:
        return configured_seconds(source)
    except QueryError as error:
        raise SpecError(without_secrets(str(error))) from error
    finally:
        source.close()


@contextmanager
def opened(wanted: Wanted, groups: Sequence[RuleGroup]) -> Iterator[list[Stretch]]:
    """The stretches to run the rules over.

    Raises:
        SpecError: for a history that cannot be read, or is not said.
    """
    try:
        with _opened(wanted, groups) as stretches:
            yield stretches
    except CollectorError as error:
        raise SpecError(str(error)) from error


@contextmanager
def _opened(wanted: Wanted, groups: Sequence[RuleGroup]) -> Iterator[list[Stretch]]:
    cases = load_casebook(wanted.cases) if wanted.cases else []
    known = load_incidents(wanted.incidents) if wanted.incidents else []
    if wanted.server and wanted.data:
        raise SpecError("expected one of --prometheus and --data, found both")
    if wanted.server is None and wanted.data is None:
        if not cases:
            raise SpecError("expected a history: --prometheus URL, --data DIR or --cases DIR")
        if known:
            raise SpecError("--incidents: expected a history beside it: --prometheus URL or --data DIR")
        how_far = reach(groups).samples_seconds
        yield [_of_case(case, how_far) for case in _during(cases, wanted)]
        return
    start, end = wanted.start, wanted.end
    if start is None or end is None or not start < end:
        raise SpecError("expected --from and, after it, --to, beside --prometheus or --data")
    if end - start > LONGEST_SECONDS:
        raise SpecError(f"expected --to within {format_duration(LONGEST_SECONDS)} of --from")
    if known and not within(known, start, end):
        raise SpecError(f"{wanted.incidents}: expected an incident that begins in the history, found none")
    begin = start - reach(groups).samples_seconds
    told = merged([*known, *incidents_of(cases)])
    earlier = tuple(one for one in told.incidents if one.onset < start)
    with _samples(wanted, groups, begin, end) as (name, samples):
        incidents = within(told.incidents, start, end)
        yield [Stretch(name, samples, begin, start, end, incidents, earlier, told.notes)]


@contextmanager
def _samples(
    wanted: Wanted, groups: Sequence[RuleGroup], begin: float, end: float
) -> Iterator[tuple[str, SampleSource]]:
    if wanted.server is None:
        folder = wanted.data or Path()
        if not (folder / "samples.db").is_file():
            raise SpecError(f"--data: expected a folder with a samples.db, found none in {folder}")
        store = SampleStore(folder)
        try:
            yield str(folder), store
        finally:
            store.close()
        return
    source, selectors = wanted.server.querier(on_retry=told), selectors_read(groups)
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("fetching", total=1.0)
            samples = fetched(
                source, selectors, begin, end, progress=lambda part: bar.update(task, completed=part)
            )
    finally:
        source.close()
    if selectors and not samples.labels():
        first, last = (datetime.fromtimestamp(at, UTC).isoformat(" ", "seconds") for at in (begin, end))
        names = ", ".join(map(as_shown, selectors[:_MOST_NAMED])) + (" …" if selectors[_MOST_NAMED:] else "")
        raise QueryError(
            f"{wanted.server.shown}: expected samples of what the rules read ({names}), "
            f"found none from {first} to {last}"
        )
    yield wanted.server.shown, samples


def told(reason: str) -> None:
    """Why a request is tried again."""
    click.echo(f"fireline: {reason}", err=True)


def _during(cases: Sequence[FiledCase], wanted: Wanted) -> list[FiledCase]:
    first = float("-inf") if wanted.start is None else wanted.start
    last = float("inf") if wanted.end is None else wanted.end
    found = [case for case in cases if case.expected.start < last and case.expected.end > first]
    if not found:
        raise SpecError("expected cases that overlap --from … --to, found none")
    return found


def _of_case(case: FiledCase, samples_seconds: float) -> Stretch:
    """A case from its start to its end, with its own samples."""
    start, end = case.expected.start, case.expected.end
    incidents = within(incidents_of([case]), start, end)
    return Stretch(case.name, case.load(), start - samples_seconds, start, end, incidents)
