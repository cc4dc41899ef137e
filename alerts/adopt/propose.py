"""From what was observed to SLOs: OpenSLO documents that say in their description what they stand on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from alerts.adopt.figures import DEFAULT_OBJECTIVE, LADDER, Figures, objective_for
from alerts.adopt.measure import Measured
from alerts.check.analysis import check
from alerts.compile import policies_of
from alerts.documents import Document
from alerts.formats.openslo import read_openslo
from alerts.percentages import percent
from alerts.slo import Slo
from collector.durations import format_duration
from collector.labels import Matcher, MatchOp

Content = dict[str, Any]

LATENCY_OBJECTIVES = (0.99, 0.95)
LEAST_THRESHOLD_SECONDS = 0.1  # faster than that, nobody notices
_DAY = 86_400.0
_UNUSUAL = re.compile(r"[^a-z0-9]+")
_WHOLE = re.compile(r"([0-9]+)(\.0)?")


@dataclass(frozen=True)
class Period:
    """What SLOs are promised over. policy: empty for the usual one. why: a sentence, where it is no month."""

    duration: str = "30d"
    policy: str = ""
    why: str = ""


@dataclass(frozen=True)
class Proposal:
    """An SLO as its document, and as it is read."""

    content: Content
    slo: Slo
    evidence: str
    enough: bool
    confidence: str = "known"


@dataclass
class Proposals:
    proposals: list[Proposal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    period: Period = field(default_factory=Period)


def period_for(retention_seconds: float | None) -> Period:
    """The longest that a store keeps samples for, of those that a policy is meant for."""
    if retention_seconds is None or retention_seconds >= 30 * _DAY:
        return Period()
    kept = format_duration(retention_seconds)
    why = f"Over less than a month, since this Prometheus keeps {kept}."
    return Period("28d", "", why) if retention_seconds >= 28 * _DAY else Period("7d", "weekly", why)


def propose(measured: Iterable[Measured], period: Period) -> Proposals:
    """At most one SLO of a kind for each service, protocol and route: of the family that comes first."""
    made = Proposals(period=period)
    taken: dict[tuple[str, ...], str] = {}
    for one in measured:
        route = one.route.name if one.route else ""
        key = (one.served.service.name, one.served.family.protocol, route)
        made.notes += one.notes
        if one.served.tells_bad and _is_first(made, taken, one, (*key, "availability")):
            _add(made, one, *_availability(one))
        if one.served.bounds and _is_first(made, taken, one, (*key, "latency")):
            _add(made, one, *_latency(one))
    return made


def _is_first(
    made: Proposals, taken: dict[tuple[str, ...], str], one: Measured, key: tuple[str, ...]
) -> bool:
    """Of a shape that comes second it is told, for it may count something else."""
    family = one.served.family
    first = taken.setdefault(key, family.count)
    if first != family.count and family.confidence != "known" and one.route is None:
        made.notes.append(f"{one.name}: {family.count} is left out: {key[-1]} is told by {first}")
    return first == family.count


def _add(made: Proposals, one: Measured, content: Content | None, evidence: str, enough: bool) -> None:
    if content is None:
        made.notes.append(evidence)
        return
    used = {proposal.slo.name for proposal in made.proposals}
    name, number = content["metadata"]["name"], 2
    while content["metadata"]["name"] in used:
        content["metadata"]["name"], number = f"{name}-{number}", number + 1
    _promise_over(made.period, content)
    (slo,) = read_openslo(Document("proposal", content))
    errors = [f for f in check([slo], policies_of([slo])).findings if f.level == "error"]
    if errors:
        made.notes.append(f"{slo.name}: left out: {errors[0].message}")
        return
    made.proposals.append(Proposal(content, slo, evidence, enough, one.served.family.confidence))


def _promise_over(period: Period, content: Content) -> None:
    spec = content["spec"]
    spec["timeWindow"][0]["duration"] = period.duration
    spec["description"] = f"{spec['description']} {period.why}".strip()
    if period.policy:
        content["metadata"]["annotations"]["fireline/policy"] = period.policy


def _availability(one: Measured) -> tuple[Content | None, str, bool]:
    figures = one.availability
    objective = objective_for(figures, LADDER)
    evidence = observed(figures, "failed")
    if objective is None:
        return None, f"{one.name}: no objective for availability: {evidence}", False
    queries = {"bad": f"sum(increase({one.bad()}[$window]))", "total": _sum(one.total())}
    says = f"Answers without an error of the server ({_meant(one)}). {_sure(one)}{evidence}"
    enough = figures is not None and figures.enough
    return _document(one, "availability", objective, queries=queries, says=says), evidence, enough


def _meant(one: Measured) -> str:
    if not one.served.status:
        return f"failures are what {one.served.errors} counts"
    bad = {
        "grpc": "codes that are the server's fault",
        "words": f"`error`, `failed` and the like in {one.served.status}, whoever's fault it was,",
    }.get(one.served.kind, "5xx and 429")
    return f"{bad} count as failures"


def _sure(one: Measured) -> str:
    """How sure it is that the family is what it is taken for."""
    family = one.served.family
    if family.confidence == "known":
        return ""
    labels = ", ".join([*family.route, *family.method, *filter(None, [one.served.status])])
    told = f"its name and the labels {labels}" if labels else "its name alone"
    surely = "likely right" if family.confidence == "likely" else "a guess"
    why = f"{family.count} was recognised by {told}, not as a library's: {surely}"
    return f"{why}; see that it counts requests. "


def _latency(one: Measured) -> tuple[Content | None, str, bool]:
    chosen = _threshold(one)
    if chosen is None:
        slowest = one.latency.get(one.served.bounds[-1])
        return (
            None,
            f"{one.name}: no objective for latency: {observed(slowest, 'beyond the last bucket')}",
            False,
        )
    bound, objective = chosen
    seconds = float(bound) * one.served.family.unit_seconds
    shown = format_duration(seconds)
    figures = one.latency.get(bound)
    evidence = observed(figures, f"slower than {shown}")
    le = _bound_matcher(bound)
    queries = {
        "good": _sum(one.answered(one.served.family.bucket, le)),
        "total": _sum(one.answered(one.served.family.count)),
    }
    left = " Requests that are turned away are left out." if one.served.status else ""
    more = {"fireline/kind": "latency", "fireline/threshold": shown}
    enough = figures is not None and figures.enough
    says = f"Answers within {shown}.{left} {_sure(one)}{evidence}"
    return (
        _document(one, "latency", objective, queries=queries, says=says, annotations=more),
        evidence,
        enough,
    )


def _threshold(one: Measured) -> tuple[str, float] | None:
    """The lowest bucket, from a tenth of a second on, under which enough of the answers came."""
    unit = one.served.family.unit_seconds
    bounds = [b for b in one.served.bounds if float(b) * unit >= LEAST_THRESHOLD_SECONDS]
    bounds = bounds or list(one.served.bounds[-1:])
    if not one.latency:
        middle = next((b for b in bounds if float(b) * unit >= 0.5), bounds[-1])
        return middle, DEFAULT_OBJECTIVE
    for objective in LATENCY_OBJECTIVES:
        for bound in bounds:
            figures = one.latency.get(bound)
            if figures is not None and objective_for(figures, [objective]) is not None:
                return bound, objective
    return None


def observed(figures: Figures | None, how: str) -> str:
    """A sentence of figures for people."""
    if figures is None:
        return f"Not enough history: no requests were seen, so {100 * DEFAULT_OBJECTIVE:g} % is a guess."
    span = format_duration(60.0 * round(figures.seconds / 60.0))
    step = format_duration(figures.step_seconds)
    text = (
        f"Seen over {span} with requests ({figures.total:,.0f} of them): {percent(figures.ratio, 3)} {how}; "
        f"{percent(figures.normal, 3)} in a usual {step}, {percent(figures.worst, 3)} in the worst."
    )
    return text if figures.enough else f"Not enough history: look at it again in a week. {text}"


def _sum(selector: str) -> str:
    return f"sum(increase({selector}[$window]))"


def _bound_matcher(bound: str) -> str:
    """Clients spell whole bounds in two ways, and the next release may use the other."""
    whole = _WHOLE.fullmatch(bound)
    if whole:
        return str(Matcher("le", MatchOp.REGEX, f"{whole[1]}|{whole[1]}.0"))
    return str(Matcher("le", MatchOp.EQUAL, bound))


def _document(
    one: Measured,
    kind: str,
    objective: float,
    *,
    queries: Mapping[str, str],
    says: str,
    annotations: Mapping[str, str] = MappingProxyType({}),
) -> Content:
    service = one.served.service.name
    rpc = "rpc" if one.served.family.protocol == "grpc" else ""
    words = [service, rpc, one.route.name if one.route else "", kind]
    title = one.route.name if one.route else service
    korean = {"availability": "가용성", "latency": "지연"}[kind]
    extra = {"fireline/title-ko": f"{title} {korean}", **annotations}
    if one.in_flight:
        extra["fireline/in-flight"] = one.in_flight
    ratio = {
        name: {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}
        for name, query in queries.items()
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": _slug(words),
            "displayName": f"{title} {kind}",
            "annotations": extra,
        },
        "spec": {
            "description": says,
            "service": service,
            "indicator": {"spec": {"ratioMetric": {"counter": True, **ratio}}},
            "timeWindow": [{"duration": Period.duration, "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": objective}],
        },
    }


def _slug(words: Sequence[str]) -> str:
    return _UNUSUAL.sub("-", "-".join(filter(None, words)).lower()).strip("-")
