"""All changes of level of a series, each with the window of samples that shows it."""

from dataclasses import dataclass

from postmortem.changefit import fit_change
from postmortem.evidence import Floats
from postmortem.segmentation import Stretch, find_stretches

LEVEL_SAMPLES = 40  # on each side of a change, where no other is nearer


@dataclass(frozen=True)
class Change:
    """Indices of samples. The window is ``first`` to ``last``, both in it.

    begins: the first sample of the change. reached: the first at the new level (a step's is where it begins).
    """

    first: int
    last: int
    begins: int
    reached: int


def find_changes(times: Floats, values: Floats, floor: float) -> tuple[Change, ...]:
    """The changes, in order.

    times, values: shape (n,), finite, in time order.
    floor: differences below it do not matter, in the values' unit.
    """
    stretches = find_stretches(values, floor)
    found: list[Change] = []
    for number, stretch in enumerate(stretches):
        before = stretches[number - 1].last if number else 0
        after = stretches[number + 1].first if number + 1 < len(stretches) else len(values)
        found.append(_change(times, values, stretch, before, after))
    return tuple(found)


def _change(times: Floats, values: Floats, stretch: Stretch, before: int, after: int) -> Change:
    """As many samples on both sides, and none of the neighbouring changes'."""
    wanted = max(LEVEL_SAMPLES, stretch.last - stretch.first)
    room = min(wanted, stretch.first - before, after - stretch.last)
    first, end = stretch.first - room, stretch.last + room
    fit = fit_change(times[first:end], values[first:end])
    begins, reached = (stretch.first, stretch.last) if fit is None else (first + fit[0], first + fit[1])
    return Change(first, end - 1, begins, reached)
