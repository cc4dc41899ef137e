"""What a query answers, in the shapes of Prometheus' HTTP API."""

from dataclasses import dataclass
from typing import TypeAlias

from collector.errors import QueryError
from collector.labels import Labels
from collector.series import Milliseconds, Sample, Values


@dataclass(frozen=True)
class ScalarResult:
    time_ms: int
    value: float


@dataclass(frozen=True)
class StringResult:
    time_ms: int
    value: str


@dataclass(frozen=True)
class VectorResult:
    """labels: n of them; values: (n,), all at ``time_ms``."""

    time_ms: int
    labels: tuple[Labels, ...]
    values: Values


@dataclass(frozen=True)
class Points:
    """One series of a matrix: times (n,) in milliseconds, values (n,).

    Series with a value at every step share one ``times_ms`` object.
    """

    labels: Labels
    times_ms: Milliseconds
    values: Values


@dataclass(frozen=True)
class MatrixResult:
    series: tuple[Points, ...]


Result: TypeAlias = ScalarResult | StringResult | VectorResult | MatrixResult


@dataclass(frozen=True)
class Answer:
    """A result with the warnings and infos that came up on the way to it.

    samples: that the query held, as ``max_samples`` counts them.
    """

    result: Result
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    samples: int = 0


def samples_of(result: Result, at: float) -> list[Sample]:
    """An instant answer as samples; ``at`` in Unix seconds. Raises ``QueryError`` for what is no vector."""
    match result:
        case VectorResult(labels=labels, values=values):
            return [Sample(one, at, value) for one, value in zip(labels, values.tolist(), strict=True)]
        case ScalarResult(value=value):
            return [Sample(Labels(), at, value)]
        case StringResult():
            raise QueryError('invalid expression type "string", must be Scalar or instant Vector')
        case MatrixResult():
            raise QueryError('invalid expression type "range vector", must be Scalar or instant Vector')
