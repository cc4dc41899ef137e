"""Calls of functions: each family has a module; here a call's arguments meet its function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, MatchOp
from collector.promql import overtime, rollup
from collector.promql.context import Steps
from collector.promql.functions_dates import DATE_FUNCTIONS, date_part
from collector.promql.functions_histogram import histogram_quantile
from collector.promql.functions_labels import label_join, label_replace
from collector.promql.functions_math import ELEMENTWISE
from collector.promql.functions_order import sorted_by_label, sorted_by_value
from collector.promql.selectors import sample_times, stacked
from collector.promql.syntax import Call, Node, RangeSelector, Selector, String, Subquery, unwrapped
from collector.promql.value import (
    Mask,
    Scalar,
    Text,
    Value,
    Vector,
    checked_unique,
    merged,
    vector,
    vector_of_scalar,
    without_names,
)
from collector.promql.windows import Windows
from collector.series import Values

Evaluate = Callable[[Node, Steps], Value]
OpenWindows = Callable[[Node, Steps], Iterator[Windows]]
RangeFunction = Callable[..., tuple[Values, Mask]]

_ROLLUPS: dict[str, RangeFunction] = {
    "avg_over_time": overtime.avg_over_time,
    "changes": rollup.changes,
    "count_over_time": overtime.count_over_time,
    "delta": rollup.delta,
    "deriv": overtime.deriv,
    "double_exponential_smoothing": overtime.double_exponential_smoothing,
    "idelta": rollup.idelta,
    "increase": rollup.increase,
    "irate": rollup.irate,
    "last_over_time": overtime.last_over_time,
    "mad_over_time": overtime.mad_over_time,
    "max_over_time": overtime.max_over_time,
    "min_over_time": overtime.min_over_time,
    "predict_linear": overtime.predict_linear,
    "present_over_time": overtime.present_over_time,
    "quantile_over_time": overtime.quantile_over_time,
    "rate": rollup.rate,
    "resets": rollup.resets,
    "stddev_over_time": overtime.stddev_over_time,
    "stdvar_over_time": overtime.stdvar_over_time,
    "sum_over_time": overtime.sum_over_time,
}
_COUNTER_FUNCTIONS = frozenset({"rate", "increase"})
_NATIVE_ONLY = frozenset(
    "histogram_avg histogram_count histogram_fraction histogram_stddev histogram_stdvar histogram_sum".split()
)


@dataclass(frozen=True)
class Arguments:
    """A call at its steps; arguments are evaluated when a function asks for them."""

    call: Call
    steps: Steps
    evaluate: Evaluate
    windows: OpenWindows

    def __len__(self) -> int:
        return len(self.call.args)

    def vector(self, index: int) -> Vector:
        value = self.evaluate(self.call.args[index], self.steps)
        assert isinstance(value, Vector)
        return value

    def scalar(self, index: int) -> Values:
        value = self.evaluate(self.call.args[index], self.steps)
        assert isinstance(value, Scalar)
        return value.values

    def scalars(self) -> list[Values]:
        """All scalar arguments, whatever stands between them."""
        values = (self.evaluate(arg, self.steps) for arg in self.call.args if not _is_range(arg))
        return [value.values for value in values if isinstance(value, Scalar)]

    def text(self, index: int) -> str:
        node = unwrapped(self.call.args[index])
        assert isinstance(node, String)
        return node.value

    def nameless(self, value: Vector) -> Vector:
        return merged(without_names(value, delayed=self.steps.query.delayed_names))


def call_function(call: Call, steps: Steps, evaluate: Evaluate, windows: OpenWindows) -> Value:
    """The value of a call at every step.

    Raises:
        QueryError: execution.
    """
    arguments = Arguments(call, steps, evaluate, windows)
    if call.name in _ROLLUPS:
        return _rolled_up(arguments)
    if call.name in ELEMENTWISE:
        return _mapped(arguments)
    if call.name in DATE_FUNCTIONS:
        return _date(arguments)
    if call.name in _NATIVE_ONLY:
        raise QueryError(f"{call.name}: native histograms are not supported", kind="execution")
    return _SPECIAL[call.name](arguments)


def _is_range(node: Node) -> bool:
    return isinstance(unwrapped(node), (RangeSelector, Subquery))


def _rolled_up(a: Arguments) -> Vector:
    name, scalars = a.call.name, a.scalars()
    _check_parameters(name, scalars, a)
    parts = []
    for windows in a.windows(next(filter(_is_range, a.call.args)), a.steps):
        part = vector(windows.labels, *_ROLLUPS[name](windows, *scalars)).inhabited()
        if name in _COUNTER_FUNCTIONS:
            for metric in {labels.metric for labels in part.labels}:
                a.steps.query.notes.possible_non_counter(metric)
        parts.append(part)
    out = stacked(parts, a.steps)
    if name != "last_over_time":
        out = without_names(out, delayed=a.steps.query.delayed_names)
    return checked_unique(out)


def _check_parameters(name: str, scalars: list[Values], a: Arguments) -> None:
    if name == "quantile_over_time":
        quantile = scalars[0]
        for q in np.unique(quantile[~((quantile >= 0) & (quantile <= 1))]):
            a.steps.query.notes.bad_quantile(float(q))
    if name == "double_exponential_smoothing":
        for kind, factors in zip(("smoothing", "trend"), scalars, strict=True):
            for wrong in factors[~((factors > 0) & (factors < 1))]:
                short = kind[0] + "f"
                message = f"invalid {kind} factor. Expected: 0 < {short} < 1, got: {wrong:f}"
                raise QueryError(message, kind="execution")


def _mapped(a: Arguments) -> Vector:
    value = a.vector(0)
    parameters = [a.scalar(i) for i in range(1, len(a))]
    out = value.with_values(ELEMENTWISE[a.call.name](value.values, *parameters))
    if a.call.name == "clamp":
        out = out.with_values(out.values, out.present & ~(parameters[0] > parameters[1])).inhabited()
    return a.nameless(out)


def _date(a: Arguments) -> Vector:
    value = a.vector(0) if len(a) else vector_of_scalar(_time(a))
    return a.nameless(value.with_values(date_part(a.call.name, value.values)))


def _time(a: Arguments) -> Scalar:
    return Scalar(a.steps.times / 1000)


def _pi(a: Arguments) -> Scalar:
    return Scalar(np.broadcast_to(np.float64(np.pi), len(a.steps.times)))


def _timestamp(a: Arguments) -> Vector:
    """The times of the samples where the argument is a selector, of the evaluation where it is anything else."""
    node = unwrapped(a.call.args[0])
    if isinstance(node, Selector):
        return a.nameless(sample_times(node, a.steps))
    value = a.vector(0)
    return a.nameless(value.with_values(np.broadcast_to(a.steps.times / 1000, value.values.shape)))


def _scalar(a: Arguments) -> Scalar:
    """The value of the only series; NaN at a step that has none or several."""
    value = a.vector(0)
    picked = np.where(value.present, value.values, 0.0).sum(axis=0)
    return Scalar(np.where(value.present.sum(axis=0) == 1, picked, np.nan))


def _vector(a: Arguments) -> Vector:
    return vector_of_scalar(Scalar(a.scalar(0)))


def _absent(a: Arguments) -> Vector:
    return _one_where(~a.vector(0).present.any(axis=0), a)


def _absent_over_time(a: Arguments) -> Vector:
    missing = np.ones(len(a.steps.times), dtype=bool)
    for windows in a.windows(a.call.args[0], a.steps):
        missing &= windows.counts == 0
    return _one_where(missing, a)


def _one_where(missing: Mask, a: Arguments) -> Vector:
    present = missing[None, :]
    return vector((_labels_of_absent(a.call.args[0]),), np.ones(present.shape), present).inhabited()


def _labels_of_absent(node: Node) -> Labels:
    """What the selector says about the series that is not there: each label that it matches once, for equality."""
    node = unwrapped(node)
    selector = node.selector if isinstance(node, RangeSelector) else node
    if not isinstance(selector, Selector):
        return Labels()
    found: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in selector.matchers:
        if matcher.op is MatchOp.EQUAL and matcher.name not in seen:
            seen.add(matcher.name)
            found[matcher.name] = matcher.value
        else:
            found.pop(matcher.name, None)
    found.pop(METRIC_NAME, None)
    return Labels(found)


def _histogram_quantile(a: Arguments) -> Vector:
    return merged(histogram_quantile(a.vector(1), a.scalar(0), a.steps.query.notes))


def _label_replace(a: Arguments) -> Vector:
    return label_replace(a.vector(0), a.text(1), a.text(2), a.text(3), a.text(4))


def _label_join(a: Arguments) -> Vector:
    return label_join(a.vector(0), a.text(1), a.text(2), [a.text(i) for i in range(3, len(a))])


def _sort(a: Arguments) -> Vector:
    """A range query shows its series by their labels, whatever they are sorted by."""
    value = a.vector(0)
    if not a.steps.instant:
        return value
    if a.call.name.startswith("sort_by_label"):
        names = [a.text(i) for i in range(1, len(a))]
        return sorted_by_label(value, names, descending=a.call.name.endswith("_desc"))
    return sorted_by_value(value, descending=a.call.name == "sort_desc")


_SPECIAL: dict[str, Callable[[Arguments], Value]] = {
    "absent": _absent,
    "absent_over_time": _absent_over_time,
    "histogram_quantile": _histogram_quantile,
    "label_join": _label_join,
    "label_replace": _label_replace,
    "pi": _pi,
    "scalar": _scalar,
    "sort": _sort,
    "sort_by_label": _sort,
    "sort_by_label_desc": _sort,
    "sort_desc": _sort,
    "time": _time,
    "timestamp": _timestamp,
    "vector": _vector,
}
