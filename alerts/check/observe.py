"""Asks a Prometheus what an SLO's queries found: hour by hour, and which series there are now."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

import numpy as np
import orjson

from alerts.budget.status import recorded_share
from alerts.check.findings import Finding
from alerts.check.observed import HOUR, Counts, Observed
from alerts.check.parts import BUCKET_LABEL, family, metric, parts_of, spelled
from alerts.check.retention import parse_retention
from alerts.check.totals import exceeded
from alerts.selectors import selectors, unmatched
from alerts.slo import Sli, Slo
from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.promql.syntax import Selector
from collector.querier import Querier
from collector.remote import RemoteQuerier

_WINDOW = "1h"
_NOW_SECONDS = 300.0
_MOST_VALUES = 3


def observe(querier: Querier, slo: Slo, at: float, over_seconds: float) -> Observed:
    """Whole hours up to ``at``. Raises ``QueryError``."""
    hours = max(int(over_seconds // HOUR), 1)
    start = at - (hours - 1) * HOUR

    def counted(query: str) -> Counts:
        counts = np.full(hours, np.nan)
        for series in querier.range(query, start, at, HOUR):
            hour = np.rint((series.times - start) / HOUR)
            asked = (hour >= 0) & (hour < hours)  # an engine may round the ends of a range
            counts[hour[asked].astype(np.int64)] = series.values[asked]
        return counts

    total = counted(slo.sli.total_over(_WINDOW))
    bad = np.clip(counted(slo.sli.bad_over(_WINDOW)), 0, None)
    total = np.where(np.isnan(bad), np.nan, total)
    seen = Observed(at, bad, total, _first_seconds(querier, slo, start, total))
    return replace(seen, exceeded=exceeded(querier, slo, seen.worst_hours()))


def _first_seconds(querier: Querier, slo: Slo, start: float, total: Counts) -> float:
    """How much of the first hour with data is recorded; all of it where scrapes are too seldom to tell."""
    known = ~np.isnan(total)
    if not known.any():
        return HOUR
    share = recorded_share(querier, slo, HOUR, start + HOUR * int(np.argmax(known)))
    return HOUR if share is None else share * HOUR


def series_findings(
    querier: Querier, slo: Slo, at: float, recorded: Set[str] = frozenset()
) -> Iterator[Finding]:
    """Selectors that match nothing now, and parts whose labels differ. Raises ``QueryError``.

    recorded: names that the rules of the files at hand record, which may not run yet.
    """
    parts = parts_of(slo)
    absent = [one for one in parts.total if metric(one) not in recorded and not _count(querier, one, at)]
    if absent and slo.sli.is_raw:
        yield from _raw_findings(querier, slo, absent, parts.total, at)
    else:
        yield from (_nothing(querier, slo, one, "error", at) for one in absent)
    for one in parts.part:
        if metric(one) in recorded:
            continue
        if not _count(querier, one, at):
            level = unmatched(querier, spelled(one), at) is not None or metric(one) == slo_bucket(slo)
            yield _nothing(querier, slo, one, "error" if level else "warning", at)
        elif not absent:
            yield from _label_findings(querier, slo, one, parts.total, at)
    for query, lost in _beside(slo.sli):
        for one in selectors(query):
            if metric(one) not in recorded and not _count(querier, one, at):
                yield _nothing(querier, slo, one, "warning", at, lost=lost)


def _raw_findings(
    querier: Querier, slo: Slo, absent: Sequence[Selector], asked: Sequence[Selector], at: float
) -> Iterator[Finding]:
    """Nothing tells failures from all there: what can match, beside what does, may be failures."""
    for one in absent:
        if len(absent) == len(asked) or unmatched(querier, spelled(one), at) is not None:
            yield _nothing(querier, slo, one, "error", at)
            continue
        message = (
            f"{slo.name}: {spelled(one)} matches nothing now: no failure yet, or a misspelt value; a raw "
            f"ratio has no result until the first failure, and so no budget: give events (errors, total)"
        )
        yield Finding("warning", "selector-matches-nothing", message)


def _beside(sli: Sli) -> Iterator[tuple[str, str]]:
    """What is asked for beside the counts, and what is lost where that matches nothing."""
    for query, lost in (
        (sli.in_flight, "without it RequestsHang cannot fire"),
        (sli.demand, "without it RequestsUnanswered cannot fire"),
        (sli.targets, "without it a page ends when all targets are down"),
    ):
        if query is not None:
            yield query, lost


def has_created_times(querier: Querier, slo: Slo, at: float) -> bool:
    """Whether the engine has created times of what the SLO counts. Raises ``QueryError``."""
    for one in parts_of(slo).total:
        name = Matcher(METRIC_NAME, MatchOp.EQUAL, f"{family(one)}_created")
        others = (m for m in one.matchers if m.name not in {METRIC_NAME, BUCKET_LABEL})
        if metric(one) and _count(querier, replace(one, matchers=(name, *others)), at):
            return True
    return False


def slo_bucket(slo: Slo) -> str | None:
    """The metric of the histogram bucket that a latency SLO counts."""
    if slo.sli.bucket is None:
        return None
    found = selectors(slo.sli.bucket.replace("$window", _WINDOW))
    return metric(found[0]) if found else None


def retention_seconds(querier: RemoteQuerier) -> float | None:
    """How long the engine keeps samples; None where it does not tell."""
    answer = querier.forward("GET", "/api/v1/status/runtimeinfo", [])
    try:
        told = orjson.loads(answer.body)["data"]["storageRetention"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return parse_retention(str(told))


def _count(querier: Querier, selector: Selector, at: float) -> bool:
    return bool(querier.instant(f"count({spelled(selector)})", at))


def _nothing(
    querier: Querier, slo: Slo, selector: Selector, level: str, at: float, *, lost: str = ""
) -> Finding:
    """lost: what that costs, of a selector that is no failure's."""
    why = unmatched(querier, spelled(selector), at)
    is_failure = level != "error" and not lost
    unknown = "no failure yet, or a misspelt value" if is_failure else "no series has these values"
    reason = f": {why}; see how it is spelt, and whether its target is scraped" if why else f": {unknown}"
    message = f"{slo.name}: {spelled(selector)} matches nothing now{reason}{'; ' if lost else ''}{lost}"
    return Finding("error" if level == "error" else "warning", "selector-matches-nothing", message)


def _label_findings(
    querier: Querier, slo: Slo, part: Selector, totals: Sequence[Selector], at: float
) -> Iterator[Finding]:
    own = _values_by_label(querier, [part], at)
    other = _values_by_label(querier, totals, at)
    names = sorted(own.keys() ^ other.keys())
    if names:
        message = (
            f"{slo.name}: labels differ: only one of {spelled(part)} and its total has {', '.join(names)}; "
            f"see that both count the same requests"
        )
        yield Finding("warning", "labels-differ", message)
    for name in sorted(own.keys() & other.keys()):
        if strange := sorted(own[name] - other[name]):
            shown = ", ".join(f'{name}="{value}"' for value in strange[:_MOST_VALUES])
            message = f"{slo.name}: labels differ: {spelled(part)} has {shown}, which its total has not; "
            message += "see that both count the same requests"
            yield Finding("warning", "labels-differ", message)
            return


def _values_by_label(querier: Querier, asked: Sequence[Selector], at: float) -> dict[str, set[str]]:
    """The values of each label, but for the bucket's and the metric's name."""
    found: dict[str, set[str]] = {}
    for labels in querier.series([spelled(one) for one in asked], at - _NOW_SECONDS, at):
        for name, value in labels.pairs:
            if name not in {METRIC_NAME, BUCKET_LABEL}:
                found.setdefault(name, set()).add(value)
    return found
