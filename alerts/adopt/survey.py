"""Asks a Prometheus which services it knows, by which families, and which routes carry their traffic."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from alerts.adopt.bounds import finite_bounds
from alerts.adopt.catalogue import Ecosystem, Requests
from alerts.adopt.identity import Identity, Key, identities, identity_labels, named_apart
from alerts.adopt.shapes import shaped_families
from alerts.adopt.source import Source
from alerts.adopt.statuses import StatusKind, status_kind
from collector.labels import Labels, Matcher, MatchOp
from collector.series import Sample

# Probes of machines, whose answers no customer sees.
PROBES = (
    r"(?i)(/[a-z0-9_-]+)*/?(actuator(/.*)?|-/(healthy|ready)|_*(health|healthz|healthcheck|health[-_]check)(/.*)?"
    r"|livez?|liveness|readyz?|readiness|metrics|prometheus|ping|heartbeat|startupz?)/?|/?favicon\.ico"
)
MOST_SERVICES = 40
MOST_ROUTES = 3
ROUTE_SHARE = 0.1
FEWEST_ROUTE_REQUESTS = 10_000.0
TRAFFIC_WINDOW = "1d"
_MOST_PROBES = 20


@dataclass(frozen=True)
class Route:
    """A route whose traffic is large. ``matchers`` select it and its method."""

    name: str
    matchers: tuple[Matcher, ...]


@dataclass(frozen=True)
class Served:
    """What a service answers, counted by one family. status: the label, empty where none tells what is bad.

    kind: how its values are to be read. errors: the counter of those that failed, in its place.
    probes: matchers that leave health checks out.
    """

    service: Identity
    family: Requests
    status: str
    bounds: tuple[str, ...]
    probes: tuple[Matcher, ...] = ()
    routes: tuple[Route, ...] = ()
    kind: StatusKind = "http"
    errors: str = ""

    @property
    def tells_bad(self) -> bool:
        return bool(self.status or self.errors)

    def selector(self, metric: str, *more: str) -> str:
        """A selector of this service's series of a metric, health checks left out."""
        given = [self.service.matchers(), *self.family.only, *map(str, self.probes), *more]
        return f"{metric}{{{','.join(filter(None, given))}}}"


@dataclass
class Survey:
    """names: of all metrics. notes: what was found and is not used, and why."""

    at: float
    names: frozenset[str]
    services: list[Identity] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def survey(source: Source, catalogue: Sequence[Ecosystem], at: float) -> Survey:
    """Everything that the catalogue recognises.

    Raises:
        QueryError: if the source cannot be asked.
    """
    found = Survey(at, frozenset(source.names(at)))
    types = source.types()
    families = [f for e in catalogue for f in e.requests if f.count in found.names]
    shaped, notes = shaped_families(source, catalogue, found.names, at)
    families += shaped
    found.notes += notes
    taken: dict[Key, Identity] = {}
    for family in families:
        if types.get(family.count, "counter") == "gauge":
            found.notes.append(f"{family.count}: is a gauge here, not a counter")
            continue
        _add_family(source, family, found, taken)
    found.services = list(taken.values())
    return found


def _add_family(source: Source, family: Requests, found: Survey, taken: dict[Key, Identity]) -> None:
    labels = [*identity_labels(family.service), *family.status]
    only = f"{{{','.join(family.only)}}}" if family.only else ""
    query = f"count by ({','.join(dict.fromkeys(labels))}) ({family.count}{only})"
    sets = [sample.labels for sample in source.instant(query, found.at)]
    services = identities(sets, family.service)
    fresh = [one for one in services if one.key not in taken]
    room = max(0, MOST_SERVICES - len(taken))
    for service in named_apart(fresh, [one.name for one in taken.values()])[:room]:
        taken[service.key] = service
    if len(fresh) > room:
        found.notes.append(
            f"{family.count}: {len(fresh) - room} more services, left out beyond {MOST_SERVICES}"
        )
    for known in (taken[one.key] for one in services if one.key in taken):
        found.served.append(_served(source, family, known, [s for s in sets if known.has(s)], found))


def _served(
    source: Source, family: Requests, service: Identity, sets: Sequence[Labels], found: Survey
) -> Served:
    label = next((name for name in family.status if any(one.get(name) for one in sets)), "")
    values = {one.get(label) for one in sets} if label else set()
    kind = status_kind(family.protocol, values)
    if label and not kind:
        shown = ", ".join(sorted(values)[:4])
        found.notes.append(f"{service.name}: {family.count}: {label} holds no statuses ({shown})")
        label = ""
    errors = _errors(source, family, service, found)
    served = Served(service, family, label, _bounds(source, family, service, found), kind=kind, errors=errors)
    served = replace(served, probes=_probes(source, served, found.at))
    return replace(served, routes=_routes(source, served, found))


def _errors(source: Source, family: Requests, service: Identity, found: Survey) -> str:
    """The family's counter of failures, if the service has it and it counts no more than there were."""
    if not family.errors or not source.instant(f"count({family.errors}{{{service.matchers()}}})", found.at):
        return ""
    failed, all_ = (
        f"sum(increase({metric}{{{service.matchers()}}}[{TRAFFIC_WINDOW}]))"
        for metric in (family.errors, family.count)
    )
    if source.instant(f"{failed} > {all_}", found.at):
        found.notes.append(
            f"{service.name}: {family.errors} rose faster than {family.count}: it is no part of it, so "
            f"failures cannot be told"
        )
        return ""
    return family.errors


def _bounds(source: Source, family: Requests, service: Identity, found: Survey) -> tuple[str, ...]:
    """The finite bounds of the histogram, as they are spelt, in rising order."""
    if family.bucket not in found.names:
        return ()
    samples = source.instant(f"count by (le) ({family.bucket}{{{service.matchers()}}})", found.at)
    return tuple(finite_bounds(sample.labels.get("le") for sample in samples))


def _probes(source: Source, served: Served, at: float) -> tuple[Matcher, ...]:
    matchers = []
    for label in served.family.route:
        pattern = str(Matcher(label, MatchOp.REGEX, PROBES))
        samples = source.instant(f"count by ({label}) ({served.selector(served.family.count, pattern)})", at)
        routes = sorted(sample.labels.get(label) for sample in samples if sample.labels.get(label))
        if 0 < len(routes) <= _MOST_PROBES:
            matchers.append(Matcher(label, MatchOp.NOT_REGEX, "|".join(map(_literal, routes))))
        elif routes:
            matchers.append(Matcher(label, MatchOp.NOT_REGEX, PROBES))
    return tuple(matchers)


def _routes(source: Source, served: Served, found: Survey) -> tuple[Route, ...]:
    """The routes with a large share of a large traffic; none where one is nearly all of it."""
    counted = f"increase({served.selector(served.family.count)}[{TRAFFIC_WINDOW}])"
    label, samples = _busiest(source, served, counted, found.at)
    if not label:
        return ()
    whole = sum(sample.value for sample in source.instant(f"sum({counted})", found.at))
    traffic: dict[Labels, float] = defaultdict(float)
    for sample in samples:
        if sample.labels.get(label):
            traffic[sample.labels] += sample.value
    large = [
        (value, labels)
        for labels, value in traffic.items()
        if value >= FEWEST_ROUTE_REQUESTS and ROUTE_SHARE * whole <= value <= 0.9 * whole
    ]
    ranked = sorted(large, key=lambda one: -one[0])[:MOST_ROUTES]
    return tuple(_route(label, served.family.method, labels) for _, labels in ranked)


def _busiest(source: Source, served: Served, counted: str, at: float) -> tuple[str, list[Sample]]:
    """The first route label that the series have, and the traffic of the routes with most of it."""
    for label in served.family.route:
        by = ",".join([label, *served.family.method])
        samples = source.instant(f"topk({MOST_ROUTES + 1}, sum by ({by}) ({counted}))", at)
        if any(sample.labels.get(label) for sample in samples):
            return label, samples
    return "", []


def _route(label: str, methods: Sequence[str], labels: Labels) -> Route:
    method = next((labels.get(name) for name in methods if labels.get(name)), "")
    matchers = tuple(Matcher(name, MatchOp.EQUAL, value) for name, value in labels.pairs)
    return Route(f"{method} {labels.get(label)}".strip(), matchers)


def _literal(text: str) -> str:
    return "".join(f"\\{letter}" if letter in r"\.+*?()|[]{}^$" else letter for letter in text)
