"""The signal map: lines for what was recognised, each of which was asked and gave data."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from alerts.adopt.business import business_signals
from alerts.adopt.catalogue import Dependency, Ecosystem
from alerts.adopt.identity import Identity, Key, identities, identity_labels, named_apart
from alerts.adopt.propose import Proposal
from alerts.adopt.source import Source
from alerts.adopt.survey import Survey
from alerts.injection import records_injection
from alerts.signals import Signal, SignalMap
from alerts.slo import SliKind
from collector.errors import QueryError
from collector.labels import Labels

CHECK_WINDOW = "5m"
_UNUSUAL = re.compile(r"[^a-z0-9]+")


@dataclass
class Mapped:
    """notes: lines that were left out, and why."""

    services: dict[str, list[str]] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_map(self) -> SignalMap:
        return SignalMap({name: tuple(needs) for name, needs in self.services.items()}, tuple(self.signals))


def map_signals(
    source: Source, catalogue: Sequence[Ecosystem], found: Survey, proposals: Iterable[Proposal]
) -> Mapped:
    """Services, parts and their signals.

    Raises:
        QueryError: if the source cannot be asked.
    """
    mapped = Mapped({service.name: [] for service in found.services})
    services = {service.key: service for service in found.services}
    for signal in _requests(proposals):
        _add(source, found, mapped, signal)
    for signal in _traffic(found, mapped):
        _add(source, found, mapped, signal)
    exporters = {e.part: _jobs(source, e, found) for e in catalogue if e.part}
    parts = Counter({part: len(jobs) for part, jobs in exporters.items()})
    for ecosystem in catalogue:
        if ecosystem.part:
            owners = _parts(ecosystem.part, exporters[ecosystem.part], mapped)
        else:
            taken = {job.get("job") for jobs in exporters.values() for job in jobs}
            owners = _owners(source, ecosystem, found, services, taken)
        for owner in owners:
            mapped.services.setdefault(owner.name, [])
            for signal in _templates(ecosystem, owner, found):
                _add(source, found, mapped, signal)
    for signal in business_signals(found, source, list(services.values())):
        _add(source, found, mapped, signal)
    for dependency in (one for ecosystem in catalogue for one in ecosystem.depends_on):
        if dependency.metric in found.names:
            _depend(source, dependency, found, mapped, parts)
    return mapped


def _add(source: Source, found: Survey, mapped: Mapped, signal: Signal) -> None:
    """Takes a line that gives data, under a name of its own."""
    try:
        samples = source.instant(signal.over(CHECK_WINDOW), found.at)
    except QueryError as error:
        mapped.notes.append(f"{signal.name}: left out: {error}")
        return
    if len(samples) == 1 and all(signal.name != one.name for one in mapped.signals):
        injects = records_injection(signal.query, signal.name, signal.service)
        mapped.signals.append(replace(signal, injects=injects))
    elif not samples:
        mapped.notes.append(f"{signal.name}: left out: its query gives no data now")


def _requests(proposals: Iterable[Proposal]) -> Iterable[Signal]:
    """Traffic, errors, latency and saturation of services, from what their SLOs count."""
    for proposal in proposals:
        slo = proposal.slo
        sli, what = slo.sli, dict(slo.title)
        base = slug(slo.name.removesuffix("-availability").removesuffix("-latency"))
        name, korean = what["en"].rsplit(" ", 1)[0], what["ko"].rsplit(" ", 1)[0]

        def line(kind: str, *said: str, query: str, base: str = base, names: tuple[str, str] = (name, korean),
                 service: str = slo.service) -> Signal:  # fmt: skip
            role, unit, good, en, ko = said
            title = {"en": f"{names[0]}: {en}", "ko": f"{names[1]}: {ko}"}
            return Signal(f"{base}_{kind}", title, role, service, unit, good, query)  # type: ignore[arg-type]  # literals

        if sli.kind is SliKind.AVAILABILITY:
            rate = sli.total.replace("increase(", "rate(")
            yield line("requests", "traffic", "per_second", "none", "requests", "요청", query=rate)
            ratio = f"({sli.bad}) / {sli.total}"
            yield line("error_ratio", "errors", "ratio", "down", "errors", "오류율", query=ratio)
        elif sli.bucket:
            buckets = _LE.sub("", sli.bucket).removeprefix("sum(increase(").removesuffix("))")
            p95 = f"histogram_quantile(0.95, sum by (le) (rate({buckets})))"
            if sli.threshold_seconds is not None and "_milliseconds_" in buckets:
                p95 = f"{p95} / 1000"
            yield line("latency_p95", "latency", "seconds", "down", "latency p95", "지연 p95", query=p95)
        if sli.in_flight:
            text = "requests in flight"
            yield line("in_flight", "saturation", "count", "down", text, "처리 중", query=sli.in_flight)


def _traffic(found: Survey, mapped: Mapped) -> Iterable[Signal]:
    """The requests of services that no objective for availability was found for."""
    told = {one.service for one in mapped.signals if one.role == "traffic"}
    for served in found.served:
        name = served.service.name
        if name not in told:
            told.add(name)
            title = {"en": f"{name}: requests", "ko": f"{name}: 요청"}
            query = f"sum(rate({served.selector(served.family.count)}[$window]))"
            yield Signal(f"{slug(name)}_requests", title, "traffic", name, "per_second", "none", query)


_LE = re.compile(r',?\ble=~?"[^"]*"')


def _jobs(source: Source, ecosystem: Ecosystem, found: Survey) -> list[Labels]:
    if ecosystem.marker not in found.names:
        return []
    return [sample.labels for sample in source.instant(f"count by (job) ({ecosystem.marker})", found.at)]


def _parts(part: str, jobs: Sequence[Labels], mapped: Mapped) -> list[Identity]:
    """One for each job of an exporter; the only one is called what it is of."""
    named = [part if len(jobs) == 1 else f"{part}-{job.get('job')}" for job in jobs]
    return named_apart([Identity(n, job) for n, job in zip(named, jobs, strict=True)], mapped.services)


def _owners(
    source: Source, ecosystem: Ecosystem, found: Survey, services: dict[Key, Identity], exporters: set[str]
) -> list[Identity]:
    """The services that have an ecosystem's metrics; those that no family of requests told are added."""
    metrics = {s.needs[0] for s in ecosystem.signals if set(s.needs) <= found.names}
    for metric in sorted(metrics):
        sets = [
            s.labels
            for s in source.instant(f"count by ({','.join(identity_labels())}) ({metric})", found.at)
            if s.labels.get("job") not in exporters
            and not any(service.has(s.labels) for service in services.values())
        ]
        fresh = [one for one in identities(sets) if one.key not in services]
        services |= {s.key: s for s in named_apart(fresh, {s.name for s in services.values()})}
    having = []
    for service in services.values():
        asked = " or ".join(f"count({metric}{{{service.matchers()}}})" for metric in sorted(metrics))
        if asked and source.instant(asked, found.at):
            having.append(service)
    return having


def _templates(ecosystem: Ecosystem, owner: Identity, found: Survey) -> Iterable[Signal]:
    for one in ecosystem.signals:
        if set(one.needs) <= found.names:
            name = f"{slug(owner.name)}_{one.name}"
            title = {language: f"{owner.name}: {text}" for language, text in one.title.texts().items()}
            query = one.query.replace("$labels", owner.matchers())
            yield Signal(name, title, one.role, owner.name, one.unit, one.good, query)


def _depend(
    source: Source, dependency: Dependency, found: Survey, mapped: Mapped, parts: Counter[str]
) -> None:
    """Adds the edges that a client's metric makes evident, and no others."""
    by = ",".join([*identity_labels(), *dependency.label])
    for sample in source.instant(f"count by ({by}) ({dependency.metric})", found.at):
        service = next((one for one in found.services if one.has(sample.labels)), None)
        if service is None:
            continue
        value = next((sample.labels.get(n) for n in dependency.label if sample.labels.get(n)), "")
        needed = dependency.part or dependency.parts.get(value, "")
        if needed and parts[needed] > 1:
            mapped.notes.append(f"{service.name}: uses {needed}, but which of {parts[needed]} is not told")
            continue
        if not needed and not dependency.parts:
            host = value.split(":")[0].split(".")[0]
            needed = host if host in {one.name for one in found.services} else ""
        if needed and needed != service.name:
            mapped.services.setdefault(needed, [])
            if needed not in mapped.services[service.name]:
                mapped.services[service.name].append(needed)


def slug(text: str) -> str:
    """A name of a signal: it begins with a letter."""
    made = _UNUSUAL.sub("_", text.lower()).strip("_")
    return made if made[:1].isalpha() else f"s_{made}"
