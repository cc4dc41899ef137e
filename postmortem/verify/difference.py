"""Where a stored value is not what was made anew, and the comparison that finds it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postmortem.facts import DATE, TIME, Operation
from postmortem.reductions import Reduction

SAME = 1e-9  # relative: another machine may add in another order, or round a quotient otherwise
_NAMES = ("id", "series", "slo", "shift")  # by which things in a list are known
_MOST_SHOWN = 100
_EXACT = (TIME, DATE)
_ROUNDED = (
    Reduction.MEAN,
    Reduction.MEAN_LOW,
    Reduction.MEAN_HIGH,
    *(one for one in Operation if one not in {Operation.SUM, Operation.DIFFERENCE}),
)


class Nothing:
    """What stands where one side has no value."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = Nothing()


@dataclass(frozen=True)
class Difference:
    """place: such as ``facts[impact.duration].value``, or a document and its line."""

    place: str
    stored: object
    computed: object

    def __str__(self) -> str:
        return f"{self.place}: stored {_shown(self.stored)}, computed {_shown(self.computed)}"

    def to_mapping(self) -> dict[str, Any]:
        """As JSON; a side without a value is left out."""
        sides = {"stored": self.stored, "computed": self.computed}
        return {"place": self.place, **{k: v for k, v in sides.items() if v is not NOTHING}}


def compare(place: str, stored: object, computed: object, tolerance: float = 0.0) -> Iterator[Difference]:
    """Every leaf that differs. Things in lists are matched by name where all have one, else by number.

    tolerance: relative, for a number; in a fact its value has that of its source, and nothing else has any.
    """
    if isinstance(stored, Mapping) and isinstance(computed, Mapping):
        for key in dict.fromkeys([*computed, *stored]):
            inner = f"{place}.{key}" if place else str(key)
            allowed = tolerance_of(computed) if key == "value" else 0.0
            yield from compare(inner, stored.get(key, NOTHING), computed.get(key, NOTHING), allowed)
    elif _is_list(stored) and _is_list(computed):
        yield from _compare_lists(place, stored, computed)
    elif not _is_same(stored, computed, tolerance):
        yield Difference(place, stored, computed)


def tolerance_of(fact: Mapping[Any, Any]) -> float:
    """How far a figure made again may be off: moments, samples and their sums and differences not at all."""
    source = fact.get("source")
    if fact.get("unit") in _EXACT or not isinstance(source, Mapping):
        return 0.0
    is_rounded = source.get("operation") in _ROUNDED or source.get("reduction") in _ROUNDED
    return SAME if is_rounded else 0.0


def _compare_lists(place: str, stored: Any, computed: Any) -> Iterator[Difference]:  # noqa: ANN401  JSON
    one, other = _named(stored), _named(computed)
    if one is None or other is None:
        one, other = dict(enumerate(stored)), dict(enumerate(computed))
    for name in dict.fromkeys([*other, *one]):
        yield from compare(f"{place}[{name}]", one.get(name, NOTHING), other.get(name, NOTHING))


def _named(things: Sequence[object]) -> dict[object, object] | None:
    for key in _NAMES:
        names = [thing.get(key) if isinstance(thing, Mapping) else None for thing in things]
        if all(isinstance(name, (str, int)) for name in names) and len(set(names)) == len(names):
            return dict(zip(names, things, strict=True))
    return None


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _is_same(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=tolerance)
    return type(one) is type(other) and one == other


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
