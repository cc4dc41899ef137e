"""Text into an expression tree: promql-parser behind guards, and stricter where Prometheus v3.0 is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import promql_parser as upstream
import re2

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.promql.breaks import located
from collector.promql.guard import QuerySize, check_size
from collector.promql.literals import respelled
from collector.promql.signatures import EXPERIMENTAL_AGGREGATIONS, EXPERIMENTAL_FUNCTIONS, STABLE_FUNCTIONS
from collector.promql.syntax import (
    Aggregation,
    At,
    Binary,
    Call,
    Cardinality,
    Grouping,
    Matching,
    Negation,
    Node,
    Number,
    Paren,
    RangeSelector,
    Selector,
    String,
    Subquery,
)
from collector.regexes import anchored_regex, instructions

Parsed: TypeAlias = Any  # the parser's classes share no base

# The parser's enumerations cannot be hashed, so their names are looked up.
_MATCH_OPS = {
    "MatchOp.Equal": MatchOp.EQUAL,
    "MatchOp.NotEqual": MatchOp.NOT_EQUAL,
    "MatchOp.Re": MatchOp.REGEX,
    "MatchOp.NotRe": MatchOp.NOT_REGEX,
}
_CARDINALITIES = {
    "VectorMatchCardinality.OneToOne": Cardinality.ONE_TO_ONE,
    "VectorMatchCardinality.ManyToOne": Cardinality.MANY_TO_ONE,
    "VectorMatchCardinality.OneToMany": Cardinality.ONE_TO_MANY,
    "VectorMatchCardinality.ManyToMany": Cardinality.MANY_TO_MANY,
}
# The Rust debug spelling is the only one that carries times before 1970 and after 9999.
_SYSTEM_TIME = re.compile(r"SystemTime\s*\{\s*tv_sec:\s*(-?\d+),\s*tv_nsec:\s*(\d+)")
_MAX_MILLISECONDS = 2**62
_MAX_DURATION_MS = 2**63 // 1_000_000  # Go counts nanoseconds in 64 bits


def parse(query: str, *, size: QuerySize, experimental: bool = False) -> Node:
    """The tree of ``query``.

    Raises:
        QueryError: bad_data, for anything Prometheus v3.0 would not parse, with the place and the token.
    """
    check_size(query, size)
    try:
        return _tree(query, size, experimental)
    except QueryError as error:
        raise located(query, error, lambda part: _tree(part, size, experimental)) from error


def _tree(query: str, size: QuerySize, experimental: bool) -> Node:
    told = respelled(query)
    regexes = tuple(_parsed(text).val for text in told.regexes)
    return _Converter(experimental, size, regexes).convert(_parsed(told.text), 0)


def _parsed(text: str) -> Parsed:
    try:
        return upstream.parse(text)
    except ValueError as error:
        raise QueryError(f"parse error: {error}") from error
    except BaseException as error:
        # pyo3's PanicException is no Exception; anything else that is none (Ctrl-C) passes.
        if type(error).__name__ != "PanicException":
            raise
        raise QueryError(f"parse error: the parser failed: {error}") from error


class _Converter:
    def __init__(self, experimental: bool, size: QuerySize, regexes: Sequence[str]) -> None:
        self._experimental = experimental
        self._max_depth = size.max_depth
        self._max_regex = size.max_regex
        self._regexes = regexes
        self._compiled: set[str] = set()
        self._instructions = 0
        self._by_type: dict[type, Callable[[Parsed, int], Node]] = {
            upstream.NumberLiteral: lambda e, _: Number(e.val),
            upstream.StringLiteral: lambda e, _: String(e.val),
            upstream.VectorSelector: lambda e, _: self._selector(e),
            upstream.MatrixSelector: lambda e, _: RangeSelector(self._selector(e.vector_selector), _range(e)),
            upstream.SubqueryExpr: self._subquery,
            upstream.UnaryExpr: lambda e, depth: Negation(self.convert(e.expr, depth)),
            upstream.ParenExpr: lambda e, depth: Paren(self.convert(e.expr, depth)),
            upstream.Call: self._call,
            upstream.AggregateExpr: self._aggregation,
            upstream.BinaryExpr: self._binary,
        }

    def convert(self, expr: Parsed, depth: int) -> Node:
        if depth > self._max_depth:
            raise QueryError(f"query nests too deeply: at most {self._max_depth} levels are allowed")
        return self._by_type[type(expr)](expr, depth + 1)

    def _selector(self, expr: Parsed) -> Selector:
        matchers = tuple(self._with_regex(matcher) for matcher in _matchers(expr))
        if all(matcher.matches("") for matcher in matchers):
            raise QueryError("parse error: vector selector must contain at least one non-empty matcher")
        return Selector(matchers, _offset(expr), _at(expr))

    def _with_regex(self, matcher: Matcher) -> Matcher:
        """The parser was told the number of the regex."""
        if matcher.op not in {MatchOp.REGEX, MatchOp.NOT_REGEX}:
            return matcher
        number = int(matcher.value) if matcher.value.isdecimal() else len(self._regexes)
        if number >= len(self._regexes):
            raise QueryError(f"parse error: unexpected regular expression {matcher.value!r}")
        pattern = self._regexes[number]
        self._check_regex(pattern)
        return replace(matcher, value=pattern)

    def _check_regex(self, pattern: str) -> None:
        """Compiling takes time and memory: of one query no more than so much, the same regex counted once."""
        if pattern in self._compiled:
            return
        self._compiled.add(pattern)
        try:
            self._instructions += instructions(anchored_regex(pattern))
        except re2.error as error:
            raise QueryError(f"parse error: invalid regular expression {pattern!r}: {error}") from error
        if self._instructions > self._max_regex:
            raise QueryError(
                "query has too large regular expressions:"
                f" at most {self._max_regex} instructions are allowed when they are compiled"
            )

    def _subquery(self, expr: Parsed, depth: int) -> Subquery:
        step = _ms(lambda: expr.step)
        inner = self.convert(expr.expr, depth)
        return Subquery(inner, _range(expr), step, _offset(expr), _at(expr))

    def _call(self, expr: Parsed, depth: int) -> Call:
        name = expr.func.name
        if name in EXPERIMENTAL_FUNCTIONS and not self._experimental:
            raise QueryError(f'parse error: function "{name}" is not enabled')
        if name not in STABLE_FUNCTIONS | EXPERIMENTAL_FUNCTIONS:
            raise QueryError(f'parse error: unknown function with name "{name}"')
        return Call(name, tuple(self.convert(arg, depth) for arg in expr.args))

    def _aggregation(self, expr: Parsed, depth: int) -> Aggregation:
        op = str(expr.op)
        if op in EXPERIMENTAL_AGGREGATIONS and not self._experimental:
            raise QueryError(f"parse error: {op}() is experimental and is not enabled")
        modifier = expr.modifier
        grouping = Grouping((), without=False)
        if modifier is not None:
            without = modifier.type == upstream.AggModifierType.Without
            grouping = Grouping(tuple(modifier.labels), without)
        param = None if expr.param is None else self.convert(expr.param, depth)
        return Aggregation(op, self.convert(expr.expr, depth), param, grouping)

    def _binary(self, expr: Parsed, depth: int) -> Node:
        """Walks the left spine in a loop: ``a + b + c + …`` nests to the left, once for each operator."""
        spine = [expr]
        while isinstance(spine[-1].lhs, upstream.BinaryExpr):
            spine.append(spine[-1].lhs)
        node = self.convert(spine[-1].lhs, depth)
        for level in reversed(spine):
            matching, returns_bool = _matching(level.modifier)
            node = Binary(str(level.op), node, self.convert(level.rhs, depth), matching, returns_bool)
        return node


def _matchers(expr: Parsed) -> tuple[Matcher, ...]:
    if expr.matchers.or_matchers:
        raise QueryError('parse error: unexpected "or" in label matching, expected "," or "}"')
    matchers = [Matcher(m.name, _MATCH_OPS[str(m.op)], m.value) for m in expr.matchers.matchers]
    if expr.name is not None:
        matchers.append(Matcher(METRIC_NAME, MatchOp.EQUAL, expr.name))
    names = [m.value for m in matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL]
    if len(names) > 1:
        raise QueryError(f"parse error: metric name must not be set twice: {names[0]!r} or {names[1]!r}")
    return tuple(matchers)


def _matching(modifier: Parsed) -> tuple[Matching, bool]:
    if modifier is None:
        return Matching(), False
    if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
        raise QueryError('parse error: unexpected identifier "fill"')
    labels, on = (), False
    if modifier.matching is not None:
        labels = tuple(modifier.matching.labels)
        on = modifier.matching.type == upstream.LabelModifierType.Include
    include = tuple(modifier.group_labels or ())
    return Matching(_CARDINALITIES[str(modifier.card)], on, labels, include), modifier.return_bool


def _ms(read: Callable[[], timedelta | None]) -> int | None:
    """Milliseconds of what ``read`` gives; the parser's own reading fails beyond a million years or so."""
    try:
        duration = read()
    except (OverflowError, ValueError) as error:
        raise QueryError("parse error: duration out of range") from error
    if duration is None:
        return None
    milliseconds = round(duration / timedelta(milliseconds=1))
    if abs(milliseconds) > _MAX_DURATION_MS:
        raise QueryError("parse error: duration out of range")
    return milliseconds


def _range(expr: Parsed) -> int:
    return _ms(lambda: expr.range) or 0


def _offset(expr: Parsed) -> int:
    return _ms(lambda: expr.offset) or 0


def _at(expr: Parsed) -> At | None:
    if expr.at is None:
        return None
    if expr.at.type == upstream.AtModifierType.Start:
        return At("start")
    if expr.at.type == upstream.AtModifierType.End:
        return At("end")
    seconds, nanoseconds = _SYSTEM_TIME.findall(repr(expr))[-1]
    time_ms = int(seconds) * 1000 + round(int(nanoseconds) / 1e6)
    if abs(time_ms) > _MAX_MILLISECONDS:
        raise QueryError(f"parse error: timestamp out of bounds for @ modifier: {seconds}")
    return At("time", time_ms)
