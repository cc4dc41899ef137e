"""From when T+ times count: as the document says, and as clock times of the same acts imply."""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from postmortem.lint.acts import Act, read_acts, same_act
from postmortem.lint.clauses import sentences
from postmortem.lint.clock import clocks
from postmortem.lint.finding import Draft
from postmortem.lint.rows import Row

TOLERANCE_SECONDS = 60.0  # both times are mostly rounded to a minute
_ZERO = re.compile(r"(?<![A-Za-z0-9])T\s?\+(?!\s?\d*[1-9])")
_MAJORITY = 2 / 3


@dataclass(frozen=True)
class Pair:
    """A row with a T+ time and one with the clock time of the same act; act: None where one row has both."""

    relative: Row
    absolute: Row
    act: Act | None

    @property
    def origin(self) -> float:
        assert self.absolute.at is not None
        assert self.relative.t_plus is not None
        return self.absolute.at - self.relative.t_plus


@dataclass(frozen=True)
class Origins:
    """stated: as the document says. best: what fits its rows best. is_one: most rows agree on it.

    pairs: for each act the clock time that comes nearest to the best origin.
    """

    stated: float | None
    best: float | None
    is_one: bool
    pairs: tuple[Pair, ...]


def find_origins(draft: Draft) -> Origins:
    """The origins of all T+ times; without any pair, or a stated one, best is None."""
    choices = [choice for choice in _choices(draft) if choice]
    stated = stated_origin(draft)
    origins = [sorted({pair.origin for pair in choice}) for choice in choices]
    candidates = sorted({origin for some in origins for origin in some})
    best = min(candidates, key=lambda at: sum(_nearest(at, some) for some in origins), default=None)
    reference = best if stated is None else stated
    if reference is None:
        return Origins(None, None, is_one=False, pairs=())
    pairs = tuple(min(choice, key=lambda pair: abs(pair.origin - reference)) for choice in choices)
    agreeing = sum(abs(pair.origin - reference) <= TOLERANCE_SECONDS for pair in pairs)
    is_one = bool(pairs) and agreeing >= max(2, _MAJORITY * len(pairs))
    return Origins(stated, reference, is_one, pairs)


def _nearest(at: float, ordered: list[float]) -> float:
    """How far the nearest of them is."""
    place = bisect(ordered, at)
    return min(abs(at - other) for other in ordered[max(0, place - 1) : place + 1])


def stated_origin(draft: Draft) -> float | None:
    """What a sentence about T+0 says: a clock time, or an act whose clock time a row tells."""
    for passage in draft.document.passages:
        for sentence in sentences(passage.text):
            if not _ZERO.search(sentence.text):
                continue
            told = list(clocks(sentence.text))
            if told:
                return draft.axis.place(told[0])
            named = {m.name for m in draft.lexicon.mentions(sentence.text, "acts")}
            rows = [
                row.at
                for row in draft.rows
                if row.at is not None and named & {a.name for a in read_acts(row.text, draft.lexicon)}
            ]
            if named and rows:
                return rows[0]
    return None


def _choices(draft: Draft) -> Iterator[list[Pair]]:
    """For each act with a T+ time all the rows that may tell its clock time."""
    absolute = [(row, list(read_acts(row.text, draft.lexicon))) for row in draft.rows if row.at is not None]
    for row in draft.rows:
        if not row.t_plus:
            continue
        if row.at is not None:
            yield [Pair(row, row, None)]
            continue
        seen: set[frozenset[float]] = set()
        for act in read_acts(row.text, draft.lexicon):
            choice = [
                Pair(row, other, act) for other, acts in absolute if any(same_act(act, a) for a in acts)
            ]
            origins = frozenset(pair.origin for pair in choice)
            if choice and origins not in seen:
                seen.add(origins)
                yield choice
