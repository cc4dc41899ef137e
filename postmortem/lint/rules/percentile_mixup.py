"""A figure is told at one percentile, and a higher percentile is never the lower figure."""

from collections.abc import Iterator

from postmortem.lint.figures import Figure, Place, read_figures
from postmortem.lint.finding import Draft, Finding, Rule


def check(draft: Draft) -> Iterator[Finding]:
    """One finding a line and percentile that is told elsewhere."""
    figures = [
        f
        for f in read_figures(draft)
        if f.percentile and not f.is_bound and not f.is_range and not f.is_change
    ]
    told: set[tuple[int, str]] = set()
    for figure in figures:
        other = _swapped(figure, figures)
        if other and (figure.line, other.percentile) not in told:
            told.add((figure.line, other.percentile))
            yield Finding(figure.line, "percentile-mixup.swapped", _values(figure, other))
    for figure in figures:
        lower = _out_of_order(figure, figures)
        if lower:
            yield Finding(figure.line, "percentile-mixup.order", _values(figure, lower))


def _swapped(figure: Figure, figures: list[Figure]) -> Figure | None:
    """The figure elsewhere with this one's value at another percentile, where none has it at the same.

    Two figures of two times may be equal by chance: only one of no time, or of the same time, is a mix-up.
    """
    like = [
        f
        for f in figures
        if f.passage is not figure.passage and f.subject == figure.subject and f.agrees(figure)
    ]
    if any(f.percentile == figure.percentile for f in like):
        return None
    before = [f for f in like if f.start < figure.start or f.line < figure.line or f.at is not None]
    if figure.at is not None:
        return next((f for f in before if f.at == figure.at and f.line < figure.line), None)
    return next((f for f in before if f.at is not None or f.line < figure.line), None)


def _out_of_order(figure: Figure, figures: list[Figure]) -> Figure | None:
    """A figure of the same passage at a lower percentile that is surely higher."""
    return next(
        (
            f
            for f in figures
            if f.passage is figure.passage
            and (f.subject, f.place, f.at) == (figure.subject, figure.place, figure.at)
            and float(f.percentile[1:]) < float(figure.percentile[1:])
            and f.low > figure.high
            and _are_beside(f, figure)
        ),
        None,
    )


def _are_beside(one: Figure, other: Figure) -> bool:
    """In `p95 300 ms → 2 s, p99 1 s → 4 s` befores go with befores."""
    return one.place is other.place or Place.ALONE in {one.place, other.place}


def _values(figure: Figure, other: Figure) -> dict[str, object]:
    return {
        "percentile": figure.percentile,
        "value": figure.text,
        "other_percentile": other.percentile,
        "other_value": other.text,
        "line": other.line,
    }


RULE = Rule("percentile-mixup", check)
