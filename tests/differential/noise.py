"""Whether a difference is rounding: our own answer, when samples and results are off by their last digits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

import numpy as np

from collector.labels import Labels
from collector.promql import evaluate, regression, rollup
from collector.promql.context import Steps
from collector.promql.syntax import Aggregation, Binary, Call, Node
from collector.promql.value import Mask, Value, Vector
from collector.promql.windows import Windows
from collector.series import Values
from tests.differential.samples import Column

SHARES = (1e-13, -1e-13, 3e-14, -3e-14, 7e-15, -7e-15)
_RESULT_SHARE = 2e-15
# Multiples of the first are exact results, up to the second, and stay what they are.
_EXACT, _EXACT_AT_MOST = 1 / 64, 2.0**46
_SWALLOWING = 1e50


def scaled(series: Mapping[Labels, Column], share: float) -> Mapping[Labels, Column]:
    """All samples greater by a share: what was equal stays so, but everything is rounded otherwise.

    Samples so great that they swallow all others are each off by a share of their own.
    """
    rng = np.random.default_rng(round(abs(share) * 1e16))
    return {
        labels: Column(column.times, _scaled(column.values, share, rng)) for labels, column in series.items()
    }


def _scaled(values: Values, share: float, rng: np.random.Generator) -> Values:
    finite = np.isfinite(values)
    numbers = np.where(finite, values, 0.0)
    own = rng.uniform(-abs(share), abs(share), values.shape)
    return np.where(finite, numbers * (1 + np.where(np.abs(numbers) > _SWALLOWING, own, share)), values)


@contextmanager
def rounding(seed: int) -> Iterator[None]:
    """Within it every result of an operator, a function or an aggregation is off by a few last digits."""
    rng = np.random.default_rng(seed)
    evaluated, despite_resets = evaluate._evaluated, rollup._despite_resets
    least_squares = regression._least_squares

    def blurred(values: Values) -> Values:
        fractional = (np.fmod(values, _EXACT) != 0) | (np.abs(values) > _EXACT_AT_MOST)
        inexact = np.isfinite(values) & fractional
        shares = rng.uniform(-_RESULT_SHARE, _RESULT_SHARE, values.shape)
        return np.where(inexact, np.where(inexact, values, 0.0) * (1 + shares), values)

    def blurred_result(node: Node, steps: Steps) -> Value:
        value = evaluated(node, steps)
        if isinstance(node, (Aggregation, Binary, Call)) and isinstance(value, Vector):
            return value.with_values(blurred(value.values))
        return value

    def blurred_resets(windows: Windows, change: Values, dropped: Mask) -> Values:
        grown = despite_resets(windows, change, dropped)
        shares = rng.uniform(0, _RESULT_SHARE, change.shape)
        return np.where(grown == change, grown, grown + shares * np.abs(change))

    def blurred_line(x: Values, y: Values, real: Mask) -> tuple[Values, Values]:
        return least_squares(x * (1 + rng.uniform(-_RESULT_SHARE, _RESULT_SHARE, x.shape)), y, real)

    with (
        mock.patch.object(evaluate, "_evaluated", blurred_result),
        mock.patch.object(regression, "_least_squares", blurred_line),
        mock.patch.object(rollup, "_despite_resets", blurred_resets),
    ):
        yield
