"""What each signal measures, and of which part: from its role, unit and words, whatever it is called."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.causes.knowledge import Knowledge, in_words
from postmortem.evidence import Subject
from postmortem.records import Signal, SignalMap

PARTS = ("cache", "replica", "database")
TRAFFIC, SERVICE, LOCK, FELT, BUSINESS = "traffic", "service", "lock", "felt", "business"


@dataclass(frozen=True)
class Kind:
    """``part`` is a name of the signal map; of traffic, which comes from outside, it is empty."""

    part_class: str
    measure: str
    part: str


@dataclass(frozen=True)
class Parts:
    """The kinds of all subjects by their series, and the class of each part that services stand on."""

    kinds: Mapping[str, tuple[Kind, ...]]
    classes: Mapping[str, str]


def find_parts(subjects: Iterable[Subject], signals: SignalMap, known: Knowledge) -> Parts:
    """Felt and business signals are of no kind: they are what is to be explained.

    But what users feel of a service that another stands on may explain what users of that one feel.
    """
    told = list(subjects)
    services = {s.signal.service for s in told if s.slo or _class(s.signal, known) in {FELT, TRAFFIC}}
    votes: dict[str, Counter[str]] = {}
    for subject in told:
        part_class = _class(subject.signal, known)
        if part_class in PARTS and subject.signal.service not in services:
            votes.setdefault(subject.signal.service, Counter())[part_class] += 1
    classes = {part: counted.most_common(1)[0][0] for part, counted in votes.items()}
    kinds = {s.series: _kinds(s, services, classes, signals, known) for s in told}
    return Parts({series: found for series, found in kinds.items() if found}, classes)


def _kinds(
    subject: Subject, services: set[str], classes: Mapping[str, str], signals: SignalMap, known: Knowledge
) -> tuple[Kind, ...]:
    signal, part_class = subject.signal, _class(subject.signal, known)
    if subject.slo is not None or part_class == BUSINESS:
        return ()
    if part_class == FELT:
        stood_on = {name for service in signals.services.values() for name in service.depends_on}
        measure = "latency" if signal.unit is Unit.SECONDS else "errors"
        return (Kind(FELT, measure, signal.service),) if signal.service in stood_on else ()
    if part_class == TRAFFIC:
        return (Kind(TRAFFIC, TRAFFIC, ""),)
    if signal.service not in services:
        own = LOCK if part_class == LOCK else classes.get(signal.service, part_class)
        return (Kind(own, _measure(signal, own, known), signal.service),)
    return _of_service(signal, part_class, classes, signals, known)


def _of_service(
    signal: Signal, part_class: str, classes: Mapping[str, str], signals: SignalMap, known: Knowledge
) -> tuple[Kind, ...]:
    """What a service says of a part by its role is said of the parts of that class below it."""
    measure = _measure(signal, part_class, known)
    meant = {LOCK: "database"}.get(part_class, part_class)
    if signal.role in {"cache", "replica", "lock", "database"} or (
        part_class == "cache" and measure == "hits"
    ):
        below = [p for p in signals.below((signal.service,)) if classes.get(p) == meant]
        if below:
            return tuple(Kind(part_class, measure, part) for part in sorted(below))
        return (Kind(part_class, measure, signal.service),)
    return (Kind(SERVICE, _measure(signal, SERVICE, known), signal.service),)


def _class(signal: Signal, known: Knowledge) -> str:
    if signal.role in known.roles:
        return known.roles[signal.role]
    text = in_words(f"{signal.name} {signal.service} {signal.query}")
    return next((name for name, words in known.classes.items() if words.search(text)), SERVICE)


def _measure(signal: Signal, part_class: str, known: Knowledge) -> str:
    text = in_words(f"{signal.name} {signal.query}")
    for rule in known.measures:
        if rule.part_class and part_class not in rule.part_class:
            continue
        if (rule.unit and signal.unit not in rule.unit) or (rule.good and signal.good not in rule.good):
            continue
        if rule.words is None or rule.words.search(text):
            return rule.measure
    return ""
