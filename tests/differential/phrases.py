"""Draws the texts between expressions: selectors, modifiers, operators and their label lists."""

import random
from collections.abc import Sequence

from tests.differential import vocabulary as words
from tests.differential.samples import SPAN_SECONDS


class Phrases:
    """begin: Unix seconds at which the world's samples begin, for ``@``."""

    def __init__(self, rng: random.Random, begin: int) -> None:
        self._rng = rng
        self._begin = begin

    def _series(self) -> str:
        if self._rng.random() < 0.05:
            return self._pick(words.NAME_MATCHERS)
        metric = self._pick(words.METRICS)
        own = words.OWN_MATCHERS.get(metric, ())
        matchers = self._rng.sample((*words.MATCHERS, *own, *own), self._rng.choice((0, 0, 0, 1, 1, 2)))
        return f"{metric}{{{','.join(matchers)}}}" if matchers else metric

    def _modifiers(self, *, pinned: bool = True) -> str:
        offset = f" offset {self._pick(words.OFFSETS)}" if self._rng.random() < 0.12 else ""
        if not pinned or self._rng.random() >= 0.06:
            return offset
        at = self._begin + self._rng.randrange(-300, SPAN_SECONDS + 300)
        pin = self._pick((f" @ {at}.{self._rng.randrange(1, 100):03}", " @ start()", " @ end()"))
        return self._pick((offset + pin, pin + offset))

    def _operator(self) -> str:
        if self._rng.random() < 0.6:
            return self._pick(words.ARITHMETIC)
        return self._pick(words.COMPARISONS) + self._pick(("", "", " bool"))

    def _matching(self) -> str:
        labels = self._labels_matching(0.9)
        if not labels or self._rng.random() < 0.4:
            return labels
        include = ",".join(self._rng.sample(words.LABELS, self._rng.choice((0, 0, 1, 2))))
        return f"{labels} {self._pick(('group_left', 'group_right'))}({include})"

    def _labels_matching(self, probability: float) -> str:
        if self._rng.random() >= probability:
            return ""
        if self._rng.random() < 0.7:
            target = "job, instance"
            return f" on({self._pick((target, target, target, 'instance', 'job', '', self._some()))})"
        return f" ignoring({self._pick(('code', 'zone, shard', 'version', 'le', self._some()))})"

    def _grouping(self) -> str:
        by, without = f" by ({self._some()})", f" without ({self._some()})"
        return self._pick(("", "", by, by, without))

    def _some(self) -> str:
        return ", ".join(self._rng.sample(words.LABELS, self._rng.choice((0, 1, 1, 2, 3))))

    def _number(self) -> str:
        return self._pick(words.STRANGE_NUMBERS if self._rng.random() < 0.06 else words.NUMBERS)

    def _pick(self, choices: Sequence[str]) -> str:
        return self._rng.choice(choices)
