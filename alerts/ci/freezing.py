"""A case of what a server remembers, as far back as rules look, and what is to be said of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.backtest.histories import asked_seconds, told
from alerts.backtest.intervals import DEFAULT_SECONDS, with_interval
from alerts.backtest.reach import Reach, reach
from alerts.backtest.unfound import unfound, unfound_lines
from alerts.case_bounds import LONGEST_SECONDS
from alerts.ci.freeze import Description, Frozen, FrozenIncident, freeze, selectors_read
from alerts.ci.sight import TOLERATED_SECONDS
from alerts.ci.thinning import FINE_SECONDS, step_seconds
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from collector.cli_prometheus import PrometheusServer
from collector.durations import format_duration
from collector.errors import QueryError
from collector.redaction import without_secrets
from collector.rules.files import RuleGroup


@dataclass(frozen=True)
class Wanted:
    """A case to make. history_seconds: None for as far as the rules look back; the rest as in Description."""

    name: str
    title: str
    expected: Expected
    history_seconds: float | None = None
    title_ko: str = ""
    incident: FrozenIncident | None = None
    time_zone: str = ""


@dataclass(frozen=True)
class Made:
    """folder: of the case. says: what was written, in a line. notes: what it lacks, a line each."""

    folder: Path
    says: str
    notes: tuple[str, ...]


def freeze_from(
    server: PrometheusServer,
    cases: Path,
    wanted: Wanted,
    rules: Sequence[RuleGroup],
    *,
    replaces: bool = False,
) -> Made:
    """Makes a case of what the rules read. replaces: a case of that name may be there already.

    Raises:
        SpecError: where the server cannot be asked, or the case cannot be made.
    """
    interval = asked_seconds(server)
    groups = with_interval(rules, interval or DEFAULT_SECONDS)
    before, history = reach(groups), wanted.history_seconds
    description = Description(
        wanted.name,
        wanted.title or wanted.name,
        f"recorded from {server.shown}",
        wanted.expected,
        history_seconds(before, wanted.expected) if history is None else history,
        step_seconds(before),
        evaluation_seconds=interval,
        title_ko=wanted.title_ko,
        incident=wanted.incident,
        time_zone=wanted.time_zone,
    )
    frozen = _frozen(cases, description, server, groups, replaces=replaces)
    folder = cases / wanted.name
    size = size_text(frozen.size_bytes)
    says = f"wrote {folder}: {frozen.samples:,} samples, {size}; {thinning_text(description, frozen.first)}"
    lines = (*unfound_lines(unfound(groups, frozen.holds)), shortage(before, description, frozen.first))
    return Made(folder, says, tuple(filter(None, lines)))


def _frozen(
    cases: Path,
    description: Description,
    server: PrometheusServer,
    groups: Sequence[RuleGroup],
    *,
    replaces: bool,
) -> Frozen:
    try:
        source = server.querier(on_retry=told)
        try:
            return freeze(cases, description, source, selectors_read(groups), replaces=replaces)
        finally:
            source.close()
    except QueryError as error:
        raise SpecError(without_secrets(str(error))) from error


def shortage(before: Reach, description: Description, first: float) -> str:
    """What is missing before the case's begin: for want of --history, or of older samples; empty if nothing.

    first: when the oldest sample is of, Unix seconds.
    """
    needed, had = before.samples_seconds, description.history_seconds
    look_back = f"the rules look back {format_duration(math.ceil(needed))} before the case's begin"
    if had < needed:
        return f"{look_back}, its samples {format_duration(had)}: their longest windows are not full there"
    found = max(0.0, description.expected.start - first)
    if found < had - TOLERATED_SECONDS:
        has = (
            f"samples of {format_duration(round(found))} before it only" if found else "no samples before it"
        )
        return f"{look_back}, the server has {has}: the longest windows are not full there, and cannot be"
    return ""


def history_seconds(before: Reach, expected: Expected) -> float:
    """How far the rules look back, in whole minutes, as far as a case can."""
    wanted = 60.0 * math.ceil(before.samples_seconds / 60)
    return max(0.0, min(wanted, LONGEST_SECONDS - (expected.end - expected.start)))


def thinning_text(description: Description, first: float) -> str:
    """What became of old samples. first: when the oldest is of, Unix seconds."""
    if min(description.history_seconds, description.expected.start - first) <= FINE_SECONDS:
        return "all of them as they were scraped"
    step = format_duration(math.floor(description.step_seconds * 1000) / 1000)
    return (
        f"those older than {format_duration(FINE_SECONDS)} before its begin thinned to one in {step}, "
        "at most a third of the shortest window that the rules read there"
    )


def size_text(size_bytes: int) -> str:
    """In kB, or in MB from one on."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1_000_000 else f"{math.ceil(size_bytes / 1000)} kB"
