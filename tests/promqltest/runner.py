"""Runs a script's evals, each also as a range query and pinned by ``@``, as Prometheus' own runner does."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, matches_all
from collector.memory import MemoryStore
from collector.promql.engine import Engine
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.results import Answer, MatrixResult, Points, ScalarResult, VectorResult
from collector.promql.signatures import TIME_DEPENDENT_FUNCTIONS
from collector.promql.syntax import (
    Aggregation,
    At,
    Binary,
    Call,
    Negation,
    Node,
    Paren,
    RangeSelector,
    Selector,
    Subquery,
    children,
)
from tests.promqltest.script import Clear, Eval, Load, SeriesLine, read_script

_MINUTE_MS = 60_000


class MismatchError(Exception):
    """An eval that did not answer what its script expects."""


@dataclass
class Tally:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failures += other.failures
        self.left_out += other.left_out


def run_script(name: str, text: str) -> Tally:
    tally = Tally()
    bench = _Bench()
    for command in read_script(text):
        match command:
            case Clear():
                bench = _Bench()
            case Load():
                bench.load(command)
            case Eval():
                _run(name, command, bench, tally)
    return tally


def _run(name: str, case: Eval, bench: "_Bench", tally: Tally) -> None:
    if bench.is_native(case):
        tally.left_out["native histograms"] += 1
        return
    try:
        bench.check(case)
    except (MismatchError, QueryError) as error:
        tally.failures.append(f"{name}:{case.line}: {case.query}: {error}")
    else:
        tally.passed += 1


class _Bench:
    """The samples loaded since the last clear, and an engine on them."""

    def __init__(self) -> None:
        self._store = MemoryStore()
        self._native: list[Labels] = []
        self._engine = Engine(self._store, experimental=True, delayed_names=True)

    def load(self, command: Load) -> None:
        for line in command.series:
            if line.native:
                self._native.append(line.labels)
            kept = [i for i, value in enumerate(line.values) if value is not None]
            times = np.array(kept, dtype=np.int64) * command.step_ms
            values = np.array([line.values[i] for i in kept], dtype=np.float64)
            self._store.append_column(line.labels, times, values)
            if command.with_custom_buckets and line.labels.metric.endswith("_bucket"):
                self._native.append(
                    line.labels.merged({METRIC_NAME: line.labels.metric[: -len("_bucket")], "le": ""})
                )

    def is_native(self, case: Eval) -> bool:
        if case.native:
            return True
        try:
            node = self._parsed(case.query)
        except QueryError:
            return False
        selectors = (n for n in _walk(node) if isinstance(n, Selector))
        return any(matches_all(s.matchers, labels) for s in selectors for labels in self._native)

    def check(self, case: Eval) -> None:
        if case.mode == "fail":
            self._check_failure(case)
        elif case.instant:
            self._check_instant(case, case.query, case.start_ms)
            for pinned, at_ms in _pinned_cases(self._parsed(case.query), case.start_ms):
                self._check_instant(case, pinned, at_ms)
        else:
            answer = self._engine.range(case.query, case.start_ms, case.end_ms, case.step_ms)
            _check_notes(case, answer)
            _check_matrix(case, _matrix(answer))

    def _parsed(self, query: str) -> Node:
        return parse(query, size=QuerySize(), experimental=True)

    def _check_failure(self, case: Eval) -> None:
        try:
            if case.instant:
                self._engine.instant(case.query, case.start_ms)
            else:
                self._engine.range(case.query, case.start_ms, case.end_ms, case.step_ms)
        except QueryError as error:
            if case.message is not None and str(error) != case.message:
                raise MismatchError(f"failed as {error}, expected {case.message}") from error
            if case.pattern is not None and not re.search(case.pattern, str(error)):
                raise MismatchError(f"failed as {error}, expected {case.pattern}") from error
        else:
            raise MismatchError("succeeded, expected an error")

    def _check_instant(self, case: Eval, query: str | Node, at_ms: int) -> None:
        answer = self._engine.instant(query, at_ms)
        _check_notes(case, answer)
        if isinstance(answer.result, ScalarResult):
            _check_scalar(case, answer.result.value)
        else:
            assert isinstance(answer.result, VectorResult)
            _check_vector(case, answer.result.labels, answer.result.values.tolist())
        if case.mode != "ordered":
            ranged = _matrix(self._engine.range(query, at_ms - _MINUTE_MS, at_ms + _MINUTE_MS, _MINUTE_MS))
            self._check_middle(case, ranged, at_ms, scalar=isinstance(answer.result, ScalarResult))

    def _check_middle(self, case: Eval, series: Sequence[Points], at_ms: int, *, scalar: bool) -> None:
        here = [
            (p.labels, float(p.values[p.times_ms == at_ms][0])) for p in series if (p.times_ms == at_ms).any()
        ]
        if scalar:
            _check_scalar(case, here[0][1])
        else:
            _check_vector(case, [labels for labels, _ in here], [value for _, value in here], ordered=False)


def _matrix(answer: Answer) -> tuple[Points, ...]:
    assert isinstance(answer.result, MatrixResult)
    return answer.result.series


def _check_notes(case: Eval, answer: Answer) -> None:
    if (case.mode == "warn") != bool(answer.warnings):
        raise MismatchError(f"warnings {list(answer.warnings)} in an eval of mode {case.mode or 'plain'}")
    if case.mode == "info" and not answer.infos:
        raise MismatchError("no infos")


def _check_scalar(case: Eval, value: float) -> None:
    if case.scalar is None or not almost_equal(value, case.scalar):
        raise MismatchError(f"scalar {value}, expected {case.scalar}")


def _check_vector(
    case: Eval, labels: Sequence[Labels], values: Sequence[float], *, ordered: bool = True
) -> None:
    expected = {line.labels: line.values for line in case.series}
    if len(labels) != len(expected) or set(labels) != set(expected):
        raise MismatchError(f"series {_listed(labels)}, expected {_listed(expected)}")
    if case.mode == "ordered" and ordered and list(labels) != list(expected):
        raise MismatchError(f"order {_listed(labels)}, expected {_listed(expected)}")
    for found, value in zip(labels, values, strict=True):
        wanted = expected[found][0]
        if wanted is None or not almost_equal(value, wanted):
            raise MismatchError(f"{found} is {value}, expected {wanted}")


def _check_matrix(case: Eval, series: Sequence[Points]) -> None:
    found = {p.labels: dict(zip(p.times_ms.tolist(), p.values.tolist(), strict=True)) for p in series}
    expected = {line.labels: _timed(line, case) for line in case.series}
    if set(found) != set(expected):
        raise MismatchError(f"series {_listed(found)}, expected {_listed(expected)}")
    for labels, points in expected.items():
        if set(found[labels]) != set(points):
            raise MismatchError(f"{labels} has {found[labels]}, expected {points}")
        for at_ms, value in points.items():
            if not almost_equal(found[labels][at_ms], value):
                raise MismatchError(f"{labels} at {at_ms} ms is {found[labels][at_ms]}, expected {value}")


def _timed(line: SeriesLine, case: Eval) -> dict[int, float]:
    return {
        case.start_ms + i * case.step_ms: value for i, value in enumerate(line.values) if value is not None
    }


def _listed(labels) -> str:
    return ", ".join(str(one) for one in labels) or "none"


def almost_equal(a: float, b: float) -> bool:
    if np.isnan(a) or np.isnan(b):
        return bool(np.isnan(a) and np.isnan(b))
    if a == b:
        return True
    size = abs(a) + abs(b)
    if a == 0 or b == 0 or size < 2.2250738585072014e-308:
        return abs(a - b) < 1e-6 * 2.2250738585072014e-308
    return abs(a - b) / min(size, 1.7976931348623157e308) < 1e-6


def _pinned_cases(node: Node, at_ms: int) -> list[tuple[Node, int]]:
    """The query with ``@`` on its outermost selectors, and times at which that must answer the same."""
    if any(isinstance(n, Call) and n.name in TIME_DEPENDENT_FUNCTIONS for n in _walk_unpinned(node)):
        return []
    others = [-10 * at_ms, 0, at_ms // 5, at_ms, 10 * at_ms] if at_ms else [-1000, 0, 1000]
    pinned = _pinned(node, At("time", at_ms))
    return [(pinned, other) for other in others]


def _pinned(node: Node, at: At) -> Node:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case Selector() | Subquery():
            return replace(node, at=node.at or at)
        case RangeSelector(selector=selector):
            return replace(node, selector=replace(selector, at=selector.at or at))
        case Negation(expr=expr) | Paren(expr=expr):
            return replace(node, expr=_pinned(expr, at))
        case Call(args=args):
            return replace(node, args=tuple(_pinned(arg, at) for arg in args))
        case Aggregation(expr=expr, param=param):
            return replace(node, expr=_pinned(expr, at), param=None if param is None else _pinned(param, at))
        case Binary(left=left, right=right):
            return replace(node, left=_pinned(left, at), right=_pinned(right, at))
        case _:
            return node


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walk(child)


def _walk_unpinned(node: Node) -> Iterator[Node]:
    """All but what lies inside a subquery that carries ``@`` of its own."""
    yield node
    if not (isinstance(node, Subquery) and node.at is not None):
        for child in children(node):
            yield from _walk_unpinned(child)
