"""Every stored figure once more: from the samples, records and other figures that it says it stands on."""

from collections.abc import Iterator, Mapping
from typing import Any

from postmortem.evidence import Evidence
from postmortem.facts import Operation, RecordKind, operate, read_record
from postmortem.reductions import Cut, Reduction, reduce_samples
from postmortem.verify.difference import Difference, compare, tolerance_of

Stored = Mapping[str, Mapping[str, Any]]
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, ArithmeticError)


def by_id(facts: object) -> Stored:
    """The stored figures by their ids; what has none is left out, and the facts' digest tells it."""
    listed = [fact for fact in facts if isinstance(fact, Mapping)] if isinstance(facts, list) else []
    return {fact["id"]: fact for fact in listed if isinstance(fact.get("id"), str)}


def check_figures(facts: Stored, evidence: Evidence) -> Iterator[Difference]:
    """Figures whose value is another than what their source gives."""
    for name, fact in facts.items():
        place = f"facts[{name}].value"
        try:
            computed: object = recompute(name, facts, evidence)
        except _BROKEN as error:
            computed = f"no figure: {type(error).__name__}: {error}"
        yield from compare(place, fact.get("value"), computed, tolerance_of(fact))


def recompute(name: str, facts: Stored, evidence: Evidence) -> float | None:
    """A figure by its source alone, down to samples and records; the values stored are never read."""
    source = facts[name]["source"]
    if source["kind"] == "series":
        series = evidence.series[source["series"]]
        cut = Cut(Reduction(source["reduction"]), source["start"], source["end"], source["threshold"])
        return reduce_samples(series.times, series.values, cut)
    if source["kind"] == "facts":
        values = [recompute(part, facts, evidence) for part in source["facts"]]
        known = tuple(value for value in values if value is not None)
        return operate(Operation(source["operation"]), known) if len(known) == len(values) else None
    return read_record(evidence, RecordKind(source["kind"]), source["key"], source["field"])
