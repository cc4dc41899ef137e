"""Draws random queries of all that means the same in 2.42 and v3."""

import random
from collections.abc import Callable

from collector.durations import parse_duration
from tests.differential import vocabulary as words
from tests.differential.expressions import Expression, ranged, scalar, vector
from tests.differential.phrases import Phrases

Draw = Callable[[int], Expression]


class Grammar(Phrases):
    """Draws for a world that begins at ``begin`` (Unix seconds).

    instant: whether the query is asked for one time only. ``depth`` is how deep an expression may nest.
    """

    def __init__(self, rng: random.Random, begin: int, *, instant: bool) -> None:
        super().__init__(rng, begin)
        self._instant = instant
        self._subqueries = 0

    def query(self) -> Expression:
        depth = self._rng.choice((1, 2, 2, 3, 3, 4))
        if self._instant and self._rng.random() < 0.06:
            return self.range(depth)
        if self._rng.random() < 0.05:
            return self.scalar(depth)
        if self._rng.random() < 0.05:
            return self._top(depth)
        return self.vector(depth)

    def vector(self, depth: int) -> Expression:
        if depth <= 0:
            return self.selector()
        choices: tuple[tuple[int, Draw], ...] = (
            (3, lambda _: self.selector()),
            (9, self._rolled_up),
            (6, self._aggregated),
            (4, self._with_scalar),
            (6, self._matched),
            (3, self._set),
            (4, self._mapped),
            (2, self._parametrised),
            (1, self._of_top),
            (1, self._of_quantile),
            (1, self._count_values),
            (1, self._histogram),
            (2, self._relabelled),
            (1, self._date),
            (2, self._odd),
        )
        weights, draws = zip(*choices, strict=True)
        (draw,) = self._rng.choices(draws, weights)
        return draw(depth - 1)

    def scalar(self, depth: int) -> Expression:
        if depth <= 0 or self._rng.random() < 0.5:
            return scalar(self._number())
        match self._rng.randrange(6):
            case 0:
                return scalar("time()")
            case 1:
                return scalar("pi()")
            case 2 | 3:
                return scalar("scalar(", self.vector(depth - 1), ")")
            case 4:
                return scalar("-", self._enclosed(self.scalar(depth - 1)))
            case _:
                operator = self._rng.choice((*words.ARITHMETIC, "> bool", "== bool", "<= bool"))
                left, right = self.scalar(depth - 1), self.scalar(depth - 1)
                return scalar("(", left, f" {operator} ", right, ")")

    def selector(self) -> Expression:
        return vector(self._series(), self._modifiers())

    def range(self, depth: int, *, pinned: bool = True) -> Expression:
        """pinned: whether ``@`` may stand at its end."""
        modifiers = self._modifiers(pinned=pinned)
        if depth <= 0 or self._rng.random() < 0.75:
            return ranged(self._series(), f"[{self._pick(words.RANGES)}]", modifiers)
        window = self._pick(words.RANGES)
        # A window without a step in it may hold one in 2.42.
        steps = [
            step for step in words.SUBQUERY_STEPS if parse_duration(step or "1m") <= parse_duration(window)
        ]
        step = self._pick(steps)
        # A subquery within another is evaluated at whole seconds, where its own steps lie: move its edge.
        edge = "450ms" if self._subqueries else ""
        self._subqueries += 1
        inner = self.vector(depth - 1)
        self._subqueries -= 1
        return ranged("(", inner, f")[{window}{edge}:{step}]", modifiers)

    def _rolled_up(self, depth: int) -> Expression:
        match self._rng.randrange(12):
            case 0:
                return vector("quantile_over_time(", self._quantile(depth), ", ", self.range(depth), ")")
            case 1:
                # Prometheus lets the window of a pinned range drift with the steps here.
                window = self.range(depth, pinned=self._instant and not self._subqueries)
                return vector("predict_linear(", window, ", ", self.scalar(depth), ")")
            case 2:
                factors = f", 0.{self._rng.randint(1, 9)}, 0.{self._rng.randint(1, 9)})"
                return vector("double_exponential_smoothing(", self.range(depth), factors)
            case _:
                return vector(f"{self._pick(words.ROLLUPS)}(", self.range(depth), ")")

    def _aggregated(self, depth: int) -> Expression:
        return self._aggregation(self._pick(words.AGGREGATIONS), self._grouping(), self.vector(depth))

    def _aggregation(self, name: str, grouping: str, *arguments: str | Expression) -> Expression:
        if self._rng.random() < 0.5:
            return vector(f"{name}{grouping} (", *arguments, ")")
        return vector(f"{name}(", *arguments, f"){grouping}")

    def _top(self, depth: int) -> Expression:
        k = self._pick(("1", "2", "3", "5", "0", "-1", "2.7", "1e3"))
        name = self._pick(("topk", "bottomk"))
        return self._aggregation(name, self._grouping(), k, ", ", self.vector(depth))

    def _of_top(self, depth: int) -> Expression:
        """What does not depend on which of several equal series were picked."""
        grouping, k = self._grouping(), self._pick(("1", "2", "3", "4"))
        inner = self._aggregation(self._pick(("topk", "bottomk")), grouping, k, ", ", self.vector(depth))
        return self._aggregation(self._pick(words.AGGREGATIONS), grouping, inner)

    def _of_quantile(self, depth: int) -> Expression:
        return self._aggregation(
            "quantile", self._grouping(), self._quantile(depth), ", ", self.vector(depth)
        )

    def _count_values(self, _depth: int) -> Expression:
        """2.42 takes several groups for one unless the label comes after all others."""
        grouping = self._grouping()
        label = "zzz" if "by" in grouping else self._pick(("value", "job", "code", "__name__", ""))
        return self._aggregation("count_values", grouping, f'"{label}", ', self._exact())

    def _exact(self) -> Expression:
        """What no engine has to round, as values that become labels must be spelled the same."""
        match self._rng.randrange(3):
            case 0:
                return self.selector()
            case 1:
                return vector(f"{self._pick(words.EXACT_ROLLUPS)}(", self.range(0), ")")
            case _:
                name = self._pick(("min", "max", "count", "group"))
                return self._aggregation(name, self._grouping(), self.selector())

    def _with_scalar(self, depth: int) -> Expression:
        operator = self._operator()
        if self._rng.random() < 0.5:
            return self._infix(self.vector(depth), operator, self.scalar(depth))
        return self._infix(self.scalar(depth), operator, self.vector(depth))

    def _matched(self, depth: int) -> Expression:
        if self._rng.random() < 0.5:
            same = self.vector(depth)
            return self._infix(same, self._operator(), self._sibling(same, depth))
        operator = f"{self._operator()}{self._matching()}"
        return self._infix(self.vector(depth), operator, self.vector(depth))

    def _sibling(self, expression: Expression, depth: int) -> Expression:
        """Something with the same labels, so that the sides match without help."""
        match self._rng.randrange(3):
            case 0:
                return expression
            case 1:
                return vector("abs(", expression, ")")
            case _:
                return vector("(", expression, f") {self._pick(('+', '*', '-'))} ", self.scalar(depth - 1))

    def _set(self, depth: int) -> Expression:
        operator = self._pick(words.SETS) + self._labels_matching(0.5)
        return self._infix(self.vector(depth), operator, self.vector(depth))

    def _mapped(self, depth: int) -> Expression:
        if self._rng.random() < 0.05:
            return self._timestamp(depth)
        name = self._pick((*words.MATHS, "sort", "sort_desc", "absent", "-", ""))
        inner = self.vector(depth)
        if name in {"sinh", "cosh"}:
            # Go's overflow a little too early.
            inner = vector("clamp(", inner, ", -700, 700)")
        return vector(f"{name}(", inner, ")")

    def _parametrised(self, depth: int) -> Expression:
        value, first, second = self.vector(depth), self.scalar(depth), self.scalar(depth)
        match self._rng.randrange(4):
            case 0:
                return vector("clamp(", value, ", ", first, ", ", second, ")")
            case 1:
                return vector(f"{self._pick(('clamp_min', 'clamp_max'))}(", value, ", ", first, ")")
            case 2:
                return vector("round(", value, f", {self._pick(('5', '0.25', '10', '0.1'))})")
            case _:
                return vector("vector(", first, ")")

    def _histogram(self, depth: int) -> Expression:
        buckets: Expression = vector(f"latency_bucket{self._modifiers()}")
        if self._rng.random() < 0.7:
            window = ranged(f"latency_bucket[{self._pick(words.RANGES)}]", self._modifiers())
            buckets = vector(f"{self._pick(('rate', 'increase', 'delta'))}(", window, ")")
        if self._rng.random() < 0.5:
            by = self._pick(("le", "le, job", "le, instance"))
            buckets = vector(f"{self._pick(('sum', 'max', 'avg'))} by ({by}) (", buckets, ")")
        if self._rng.random() < 0.1:
            buckets = self.vector(depth)
        return vector("histogram_quantile(", self._quantile(depth), ", ", buckets, ")")

    def _relabelled(self, depth: int) -> Expression:
        if self._rng.random() < 0.6:
            return vector("label_replace(", self.vector(depth), f", {self._pick(words.REPLACEMENTS)})")
        return vector("label_join(", self.vector(depth), f", {self._pick(words.JOINS)})")

    def _date(self, depth: int) -> Expression:
        name = self._pick(words.DATES)
        match self._rng.randrange(3):
            case 0:
                return vector(f"{name}()")
            case 1:
                return vector(f"{name}(clock_seconds{self._modifiers()})")
            case _:
                return vector(f"{name}(", self._timestamp(depth), ")")

    def _timestamp(self, depth: int) -> Expression:
        """Of a selector, 2.42 forgets the offset where ``@`` is there too."""
        inner = self.vector(depth)
        return vector("timestamp(", vector(inner, " * 1") if " @ " in str(inner) else inner, ")")

    def _odd(self, depth: int) -> Expression:
        """Unary minus before a power, operators without parentheses, ``@`` on what was computed."""
        match self._rng.randrange(5):
            case 0:
                return vector("-", self.selector(), " ^ ", self.scalar(0))
            case 1 | 2:
                return self._chain()
            case 3:
                first, second = self._pick(words.ARITHMETIC[:-1]), self._pick(words.ARITHMETIC[:-1])
                last = self._enclosed(self.vector(depth))
                return vector(self.selector(), f" {first} ", self.scalar(0), f" {second} ", last)
            case _:
                return vector("-", self._enclosed(self.vector(depth)))

    def _chain(self) -> Expression:
        """Operators that only their precedence and associativity sort out, mostly between alike vectors."""
        alike = self._rolled_up(0)
        parts: list[str | Expression] = [alike]
        for _ in range(self._rng.randint(2, 4)):
            operators = (*words.ARITHMETIC[:-1], *words.ARITHMETIC[:-1], *words.COMPARISONS, *words.SETS)
            operator = self._pick(operators)
            right = alike if self._rng.random() < 0.6 or operator in words.SETS else self.scalar(0)
            parts += [f" {operator} ", right]
        return vector(*parts)

    def _infix(self, left: Expression, operator: str, right: Expression) -> Expression:
        """2.42 keeps the metric's name through atan2, so a sum drops it."""
        tail = " + 0" if operator.startswith("atan2") else ""
        return vector(self._enclosed(left), f" {operator} ", self._enclosed(right), tail)

    def _enclosed(self, expression: Expression) -> Expression:
        return Expression(expression.kind, ("(", expression, ")"))

    def _quantile(self, depth: int) -> Expression:
        return self.scalar(depth) if self._rng.random() < 0.05 else scalar(self._pick(words.QUANTILES))
