"""A random query with the time or the steps that it is asked for."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.differential.expressions import Expression
from tests.differential.grammar import Grammar
from tests.differential.samples import SPAN_SECONDS
from tests.differential.spelling import mistyped, respelled, tokens


@dataclass(frozen=True)
class Case:
    """One question. end_ms is start_ms and step_ms 0 where it is an instant query.

    expression: the tree behind the query, unless that was mistyped.
    """

    query: str
    start_ms: int
    end_ms: int
    step_ms: int
    expression: Expression | None = None

    @property
    def instant(self) -> bool:
        return self.step_ms == 0

    def __str__(self) -> str:
        if self.instant:
            return f"{self.query!r} at {self.start_ms} ms"
        return f"{self.query!r} from {self.start_ms} to {self.end_ms} ms step {self.step_ms} ms"

    def reductions(self) -> Iterator["Case"]:
        if self.expression is None:
            parts = tokens(self.query)
            for place in range(len(parts)):
                yield replace(self, query="".join(parts[:place] + parts[place + 1 :]))
        else:
            for smaller in self.expression.reductions():
                yield replace(self, expression=smaller, query=str(smaller))
        if not self.instant and self.end_ms > self.start_ms:
            steps = (self.end_ms - self.start_ms) // self.step_ms
            half = self.step_ms * (steps // 2)
            yield replace(self, end_ms=self.start_ms + half)
            yield replace(self, start_ms=self.end_ms - half)


def draw_case(rng: random.Random, begin: int) -> Case:
    """Times within the first half of a second, also after many steps."""
    instant = rng.random() < 0.35
    expression = Grammar(rng, begin, instant=instant).query()
    start = (begin + rng.randrange(-120, SPAN_SECONDS + 300)) * 1000 + rng.randrange(1, 100)
    case = Case(str(expression), start, start, 0, expression)
    if not instant:
        step = rng.choice((1_000, 7_003, 15_000, 30_000, 60_002, 60_000, 300_000))
        case = replace(case, end_ms=start + step * rng.randint(0, 60), step_ms=step)
    match rng.choices(("plain", "respelled", "mistyped"), (75, 15, 10)):
        case ["respelled"]:
            return replace(case, query=respelled(rng, case.query))
        # Another grouping may leave it open which of several equal series topk picks.
        case ["mistyped"] if not {"topk", "bottomk"} & set(tokens(case.query)):
            return replace(case, query=mistyped(rng, case.query), expression=None)
    return case
