"""Findings on an SLO's total: one that is what is good or bad itself, and one that leaves failures out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.check.findings import Finding
from alerts.check.parts import metric, parts_of
from alerts.slo import Slo, bad_beyond, bad_counted, bad_remaining
from collector.querier import Querier
from collector.series import Series

STEP_SECONDS = 300.0
_WINDOW = "5m"
_HOURS_LOOKED_AT = 5
_MORE_THAN_ALL = 1.1  # what two counters say of a window differs as scrapes fall
_PLAINLY_MORE = 1.25
_FEWEST_BEYOND = 10.0
_OF_SUCCESSES = re.compile(r"_(succeeded|success|successful|successes|ok|good)(_total|_count)?$")


@dataclass(frozen=True)
class Exceeded:
    """Five minutes to ``at`` (Unix seconds) with more bad events than all; ``of`` such were found."""

    at: float
    bad: float
    total: float
    of: int


def exceeded(querier: Querier, slo: Slo, ends: Sequence[float]) -> Exceeded | None:
    """Looks into the first few of the hours that end at ``ends``. Raises ``QueryError``.

    A total that leaves failures out shrinks in an outage, within minutes, so that hours do not show it.
    """
    found: list[tuple[float, float, float]] = []
    for end in ends[:_HOURS_LOOKED_AT] if slo.sli.counts_events and not slo.sli.slice_seconds else ():
        start = end - 3600.0 + STEP_SECONDS
        bads, totals = (
            _by_time(querier.range(query, start, end, STEP_SECONDS))
            for query in (slo.sli.bad_over(_WINDOW), slo.sli.total_over(_WINDOW))
        )
        for at, bad in bads.items():
            total = totals.get(at, 0.0)
            if bad > _MORE_THAN_ALL * total and bad - total >= _FEWEST_BEYOND:
                found.append((bad - total, at, total))
    if not found:
        return None
    beyond, at, total = max(found)
    return Exceeded(at, beyond + total, total, len(found))


def _by_time(series: Sequence[Series]) -> dict[float, float]:
    if not series:
        return {}
    return dict(zip(series[0].times.tolist(), series[0].values.tolist(), strict=True))


def exceeded_finding(slo: Slo, found: Exceeded) -> Finding:
    """For a total that was seen to leave failures out."""
    when = datetime.fromtimestamp(found.at, UTC).strftime("%Y-%m-%dT%H:%MZ")
    message = (
        f"{slo.name}: bad exceeded total: {found.bad:,.0f} bad of {found.total:,.0f} in the five minutes to "
        f"{when} ({found.of} such in its worst hours): its total leaves failures out, so that in a full "
        f"outage nothing is left to divide by and alerts stop; add what failed to the total"
    )
    is_plain = found.bad >= _PLAINLY_MORE * found.total  # else some may be counted a little late
    return Finding("error" if is_plain else "warning", "bad-exceeds-total", message)


def total_findings(slo: Slo) -> Iterator[Finding]:
    """What the queries alone say."""
    bad, total = _bare(slo.sli.bad), slo.sli.total
    if bad in {_bare(bad_remaining(total, total)), _bare(bad_beyond(total, total))}:
        message = f"{slo.name}: good and total are the same query: nothing is ever bad, so that no tier fires"
        yield Finding("error", "same-queries", message)
    elif bad == _bare(bad_counted(total, total)):
        message = f"{slo.name}: bad and total are the same query: all is bad, whatever happens"
        yield Finding("error", "same-queries", message)
    parts = parts_of(slo)
    names = {metric(one) for one in parts.total}
    if not slo.sli.counts_events or not names or not all(map(_OF_SUCCESSES.search, names)):
        return
    if apart := sorted({metric(one) for one in parts.part} - names - {""}):
        shown, counted = ", ".join(sorted(names)), ", ".join(apart)
        message = (
            f"{slo.name}: {shown} counts successes, by its name, and {counted} what fails: a total without "
            f"failures leaves nothing to divide by in a full outage, and alerts stop; add them up as total"
        )
        yield Finding("warning", "total-without-failures", message)


def _bare(query: str) -> str:
    return "".join(query.split())
