"""Which candidates nothing else beats, and which of them meets a wish."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.tune.judge import Judged

_STEP = 0.05  # closer than that, two candidates are as near to a page on a quiet day


@dataclass(frozen=True)
class Wish:
    """most_false: in all; within_seconds: of every onset; headroom: quiet steps stay below 1 − headroom."""

    most_false: int = 0
    within_seconds: float | None = None
    headroom: float = 0.2

    def is_met(self, one: Judged) -> bool:
        if one.false > self.most_false or one.closeness > 1 - self.headroom + 1e-9:
            return False
        return self.within_seconds is None or (not one.missed and one.worst_seconds <= self.within_seconds)


@dataclass(frozen=True)
class Point:
    """The best of those that do as well. alike: how many others there are."""

    judged: Judged
    alike: int


def frontier(all_judged: Iterable[Judged]) -> list[Point]:
    """Those that none beats in incidents missed, false pages, time to page and nearness; soonest first."""
    by_worth: dict[tuple[float, ...], list[Judged]] = {}
    for one in all_judged:
        by_worth.setdefault(_worth(one), []).append(one)
    best = [worth for worth in by_worth if not any(_beats(other, worth) for other in by_worth)]
    points = [Point(min(by_worth[worth], key=_rank), len(by_worth[worth]) - 1) for worth in best]
    return sorted(points, key=lambda point: (point.judged.missed, *_rank(point.judged)))


def chosen(all_judged: Sequence[Judged], wish: Wish) -> Judged | None:
    """The soonest that meets the wish; where a time is wished for, the quietest; None where none does.

    Of those that do as well, the one that stays farther from a page on quiet steps, then with fewer changes.
    """
    able = [one for one in all_judged if wish.is_met(one)]
    if wish.within_seconds is None:
        return min(able, key=lambda one: (one.missed, *_rank(one)), default=None)
    return min(able, key=lambda one: (one.false, _near(one), *_rank(one)), default=None)


def _worth(one: Judged) -> tuple[float, ...]:
    """Less is better, in each."""
    return one.missed, one.false, one.median_seconds, _near(one)


def _near(one: Judged) -> float:
    return round(one.closeness / _STEP) * _STEP


def _rank(one: Judged) -> tuple[float, ...]:
    return one.median_seconds, one.worst_seconds, one.false, _near(one), one.candidate.changes, one.closeness


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
