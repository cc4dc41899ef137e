"""What a guardrail can and cannot do: whether anything fires it, and how soon at the latest."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from alerts.check.findings import Finding
from alerts.check.parts import metric, spelled
from alerts.check.tiers import Pace
from alerts.guardrails.examples import examples, step_seconds
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.guardrails.times import fires_within_seconds
from alerts.percentages import percent
from alerts.selectors import selectors, unmatched
from collector.durations import format_duration
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Call, walk
from collector.querier import Querier

_THINGS = {"per_second": "rate", "bytes": "number of bytes", "cores": "number of cores"}
_NEVER_NEGATIVE = {"ratio", "per_second", "bytes", "cores"}  # unless we find a difference that is
_OF_TWO_SAMPLES = {"rate", "increase", "irate", "idelta", "delta", "deriv"}


@dataclass(frozen=True)
class GuardrailCheck:
    """can_fire: None where we found neither series that fire it nor a reason why none does.

    fires_within_seconds: at the latest, of a signal that is and stays bad; None where it cannot be told.
    """

    guardrail: Guardrail
    can_fire: bool | None
    fires_within_seconds: float | None
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "guardrail": self.guardrail.name,
            "service": self.guardrail.service,
            "window": format_duration(self.guardrail.window_seconds),
            "for": format_duration(self.guardrail.for_seconds),
            "can_fire": self.can_fire,
            "fires_within_seconds": self.fires_within_seconds,
        }


def check_guardrail(
    guardrail: Guardrail, pace: Pace, retention_seconds: float | None = None
) -> GuardrailCheck:
    """By its file alone. retention_seconds: how long samples are kept, if that is known."""
    fires = any(one.fires for one in examples(guardrail, step_seconds([guardrail])))
    findings = [*_limit(guardrail, fires=fires), *_departure(guardrail), *_windows(guardrail, pace)]
    if retention_seconds is not None:
        findings += _retention(guardrail, retention_seconds)
    is_dead = any(finding.rule == "guardrail-cannot-fire" for finding in findings)
    return GuardrailCheck(
        guardrail,
        False if is_dead else fires or None,
        None if is_dead else fires_within_seconds(guardrail, pace.scrape_seconds, pace.page_seconds),
        tuple(findings),
    )


def _limit(guardrail: Guardrail, *, fires: bool) -> Iterator[Finding]:
    limit, name = guardrail.limit, f"guardrail {guardrail.name}"
    if limit is None:
        return
    crosses_limit = fires and guardrail.baseline is None
    if guardrail.bad == "below" and limit <= 0 and guardrail.unit in _NEVER_NEGATIVE and not crosses_limit:
        message = (
            f"{name}: its limit is never crossed: no {_THINGS.get(guardrail.unit, guardrail.unit)} is below "
            f"{limit:g}; set it above 0"
        )
        if guardrail.baseline is None:
            yield Finding("error", "guardrail-cannot-fire", message)
        else:
            yield Finding("warning", "limit-never-crossed", message)
    elif guardrail.bad == "above" and limit >= 1 and guardrail.unit == "ratio":
        message = (
            f"{name}: its limit is crossed only where the ratio is above {percent(limit, 6)}; of a share, "
            f"which is never above 100 %, set it below 1"
        )
        yield Finding("warning", "limit-never-crossed", message)


def _departure(guardrail: Guardrail) -> Iterator[Finding]:
    baseline, name = guardrail.baseline, f"guardrail {guardrail.name}"
    if baseline is None:
        return
    factor = baseline.factor
    if factor is not None and (factor <= 1 if guardrail.bad == "above" else factor >= 1):
        wanted = "above 1" if guardrail.bad == "above" else "below 1"
        message = (
            f"{name} fires while its signal stays as it was: {guardrail.bad} {factor:g} times that; only a "
            f"factor {wanted} is a departure"
        )
        yield Finding("error", "guardrail-always-fires", message)
    absorbed = _absorbed_seconds(baseline)
    if guardrail.for_seconds >= absorbed:
        after, wanted = format_duration(absorbed), format_duration(guardrail.for_seconds)
        message = (
            f"{name}: a lasting departure is its baseline {after} later, and so does not last for {wanted}; "
            f"shorten `for`, or take the baseline from further before"
        )
        yield Finding("warning", "departure-absorbed", message)


def _absorbed_seconds(baseline: Baseline) -> float:
    return baseline.before_seconds + baseline.over_seconds


def _windows(guardrail: Guardrail, pace: Pace) -> Iterator[Finding]:
    tree = parse(guardrail.now(), size=QuerySize())
    needs_two = any(isinstance(node, Call) and node.name in _OF_TWO_SAMPLES for node in walk(tree))
    if needs_two and guardrail.window_seconds < 2 * pace.scrape_seconds:
        window, scrape = format_duration(guardrail.window_seconds), format_duration(pace.scrape_seconds)
        message = (
            f"guardrail {guardrail.name} is blind at a scrape interval of {scrape}: its window of {window} "
            f"needs two samples, a scrape each {format_duration(guardrail.window_seconds / 2)} at least"
        )
        yield Finding("warning", "blind-guardrail", message)


def _retention(guardrail: Guardrail, retention_seconds: float) -> Iterator[Finding]:
    if guardrail.baseline is not None and _absorbed_seconds(guardrail.baseline) > retention_seconds:
        reach, kept = (format_duration(s) for s in (_absorbed_seconds(guardrail.baseline), retention_seconds))
        message = (
            f"guardrail {guardrail.name}: its baseline reaches back {reach}, samples are kept {kept}; keep "
            f"them longer, or shorten `over` or `before`"
        )
        yield Finding("warning", "beyond-retention", message)


def guardrail_series_findings(
    querier: Querier, guardrail: Guardrail, at: float, recorded: Set[str] = frozenset()
) -> Iterator[Finding]:
    """Selectors that match nothing now; an error where nothing could. Raises ``QueryError``.

    recorded: names that the rules of the files at hand record, which may not run yet.
    """
    for one in dict.fromkeys(selectors(guardrail.now())):
        if metric(one) not in recorded and not querier.instant(f"count({spelled(one)})", at):
            why = unmatched(querier, spelled(one), at)
            reason = f": {why}; see how it is spelt, and whether its target is scraped" if why else ""
            message = f"guardrail {guardrail.name}: {spelled(one)} matches nothing now{reason}"
            yield Finding("error" if why else "warning", "selector-matches-nothing", message)
