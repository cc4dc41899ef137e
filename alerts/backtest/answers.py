"""What an expression answers at every step of a history."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.errors import QueryError
from collector.labels import Labels
from collector.promql.engine import Engine
from collector.promql.results import MatrixResult
from collector.promql.syntax import Node
from collector.series import Milliseconds, Values

_STEPS_AT_ONCE = 20_000
MOST_FAILURES = 64


@dataclass(frozen=True)
class Answers:
    """Steps times_ms (t,); series labels (s), values (s, t), and present (s, t) where there is one.

    failed: (t,) steps at which the expression could not be evaluated; reason: of the first.
    """

    times_ms: Milliseconds
    labels: tuple[Labels, ...]
    values: Values
    present: npt.NDArray[np.bool_]
    failed: npt.NDArray[np.bool_]
    reason: str = ""


def answers(engine: Engine, node: Node, times_ms: Milliseconds) -> Answers:
    """times_ms: evenly spaced.

    Raises:
        QueryError: for an expression that fails at many steps.
    """
    rows: dict[Labels, int] = {}
    failures: list[tuple[int, str]] = []
    parts: list[MatrixResult] = []
    for begin in range(0, len(times_ms), _STEPS_AT_ONCE):
        parts += _parts(engine, node, times_ms[begin : begin + _STEPS_AT_ONCE], failures)
    for part in parts:
        for points in part.series:
            rows.setdefault(points.labels, len(rows))
    values = np.full((len(rows), len(times_ms)), np.nan)
    present = np.zeros(values.shape, np.bool_)
    step_ms = _step_ms(times_ms)
    for part in parts:
        for points in part.series:
            steps = (points.times_ms - times_ms[0]) // step_ms
            values[rows[points.labels], steps] = points.values
            present[rows[points.labels], steps] = True
    failed = np.isin(times_ms, [at_ms for at_ms, _ in failures])
    return Answers(times_ms, tuple(rows), values, present, failed, failures[0][1] if failures else "")


def _step_ms(times_ms: Milliseconds) -> int:
    return int(times_ms[1] - times_ms[0]) if len(times_ms) > 1 else 1


def _parts(
    engine: Engine, node: Node, times_ms: Milliseconds, failures: list[tuple[int, str]]
) -> Iterator[MatrixResult]:
    """Those steps at which it fails, found by halving, go to ``failures``, with the reason."""
    try:
        answer = engine.range(node, int(times_ms[0]), int(times_ms[-1]), _step_ms(times_ms))
    except QueryError as error:
        if len(failures) >= MOST_FAILURES or error.kind != "execution":
            raise
        if len(times_ms) == 1:
            failures.append((int(times_ms[0]), str(error)))
            return
        middle = len(times_ms) // 2
        yield from _parts(engine, node, times_ms[:middle], failures)
        yield from _parts(engine, node, times_ms[middle:], failures)
        return
    assert isinstance(answer.result, MatrixResult)
    yield answer.result
