"""A figure is told at one percentile, and a higher percentile is never the lower figure."""

from collections.abc import Callable, Hashable, Iterator, Sequence

from postmortem.lint.figures import Figure, grouped
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.told import Told

_TOUCHING = 1e-9  # 3 s and 4 s touch at 3.5 s, which is written 4 s: they are never one value


def check(draft: Draft) -> Iterator[Finding]:
    """One finding a line and percentile that is told elsewhere."""
    figures = [
        f for f in draft.figures if f.percentile and not f.is_bound and not f.is_range and not f.is_change
    ]
    told: set[tuple[int, str]] = set()
    for figure, other in _swapped(figures):
        if (figure.line, other.percentile) not in told:
            told.add((figure.line, other.percentile))
            yield Finding(figure.line, "percentile-mixup.swapped", _values(figure, other))
    for figure, lower in _out_of_order(figures):
        yield Finding(figure.line, "percentile-mixup.order", _values(figure, lower))


def _swapped(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Each with the first elsewhere that has its value at another percentile, where none has it at the same.

    Two figures of two times may be equal by chance: only one of no time, or of the same time, is a mix-up.
    """
    of_service = grouped(figures, lambda f: f.subject)
    of_moment = grouped(figures, lambda f: (f.subject, f.at))
    told_again = _told_elsewhere(figures, lambda f: (f.subject, f.percentile))
    told_at_others = _told_elsewhere(figures, lambda f: f.subject) - told_again
    for figure in (f for f in figures if id(f) in told_at_others):
        if figure.at is None:
            others = (f for f in of_service[figure.subject] if f.at is not None or f.line < figure.line)
        else:
            others = (f for f in of_moment[figure.subject, figure.at] if f.line < figure.line)
        other = next((f for f in others if f.passage is not figure.passage and f.agrees(figure)), None)
        if other:
            yield figure, other


def _told_elsewhere(figures: Sequence[Figure], key: Callable[[Figure], Hashable]) -> set[int]:
    """The ids of those whose value another passage tells too, of figures that share this."""
    found: set[int] = set()
    for group in grouped(figures, key).values():
        told = Told(group)
        for passage in grouped(group, lambda f: id(f.passage)).values():
            own = Told(passage)
            found |= {id(f) for f in passage if told.count_agreeing(f) > own.count_agreeing(f)}
    return found


def _out_of_order(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Each with the first of the same passage and time at a lower percentile that is surely higher."""
    order = {id(figure): number for number, figure in enumerate(figures)}
    told = {
        beside: {percentile: Told(some) for percentile, some in grouped(group, _percent).items()}
        for beside, group in grouped(figures, _beside).items()
    }
    for figure in figures:
        lower = [some for percentile, some in told[_beside(figure)].items() if percentile < _percent(figure)]
        most = figure.high * (1 - _TOUCHING)
        higher = [found for some in lower if (found := some.first_above(most))]
        if higher:
            yield figure, min(higher, key=lambda f: order[id(f)])


def _beside(figure: Figure) -> Hashable:
    """In `p95 300 ms → 2 s, p99 1 s → 4 s` befores go with befores."""
    return id(figure.passage), figure.subject, figure.place, figure.at


def _percent(figure: Figure) -> float:
    return float(figure.percentile[1:])


def _values(figure: Figure, other: Figure) -> dict[str, object]:
    return {
        "percentile": figure.percentile,
        "value": figure.text,
        "other_percentile": other.percentile,
        "other_value": other.text,
        "line": other.line,
    }


RULE = Rule("percentile-mixup", check)
