"""Calls of functions: finds the family of a function and hands it the arguments."""

from collections.abc import Callable

import numpy as np

from collector.errors import QueryError
from collector.promql.context import Steps
from collector.promql.functions.absent import absent, absent_over_time
from collector.promql.functions.arguments import Arguments, Evaluate, OpenWindows
from collector.promql.functions.dates import DATE_FUNCTIONS, date_part
from collector.promql.functions.elementwise import ELEMENTWISE
from collector.promql.functions.histogram import histogram_quantile
from collector.promql.functions.info import info
from collector.promql.functions.order import sorted_by_label, sorted_by_value
from collector.promql.functions.ranges import RANGE_FUNCTIONS, rolled_up
from collector.promql.functions.relabel import label_join, label_replace
from collector.promql.selectors import sample_times
from collector.promql.signatures import NATIVE_HISTOGRAM_FUNCTIONS
from collector.promql.syntax import Call, Selector, unwrapped
from collector.promql.value import Scalar, Value, Vector, merged, vector_of_scalar


def call_function(call: Call, steps: Steps, evaluate: Evaluate, open_windows: OpenWindows) -> Value:
    """The value of a call at every step.

    Raises:
        QueryError: execution.
    """
    arguments = Arguments(call, steps, evaluate, open_windows)
    if call.name in RANGE_FUNCTIONS:
        return rolled_up(arguments)
    if call.name in ELEMENTWISE:
        return _elementwise(arguments)
    if call.name in DATE_FUNCTIONS:
        return _date(arguments)
    if call.name in NATIVE_HISTOGRAM_FUNCTIONS:
        raise QueryError(f"{call.name}(): native histograms are not supported", kind="execution")
    return _SPECIAL[call.name](arguments)


def _elementwise(arguments: Arguments) -> Vector:
    value = arguments.vector(0)
    parameters = [arguments.scalar(i) for i in range(1, len(arguments))]
    out = value.with_values(ELEMENTWISE[arguments.call.name](value.values, *parameters))
    if arguments.call.name == "clamp":
        low, high = parameters
        out = out.with_values(out.values, out.present & ~(low > high)).inhabited()
    return arguments.nameless(out)


def _date(arguments: Arguments) -> Vector:
    value = arguments.vector(0) if len(arguments) else _bare(_time(arguments), arguments)
    return arguments.nameless(value.with_values(date_part(arguments.call.name, value.values)))


def _time(arguments: Arguments) -> Scalar:
    return Scalar(arguments.steps.times / 1000)


def _pi(arguments: Arguments) -> Scalar:
    return Scalar(np.full(len(arguments.steps.times), np.pi))


def _timestamp(arguments: Arguments) -> Vector:
    """The times of the samples where the argument is a selector, else those of the evaluation."""
    node = unwrapped(arguments.call.args[0])
    if isinstance(node, Selector):
        return arguments.nameless(sample_times(node, arguments.steps))
    value = arguments.vector(0)
    times = np.broadcast_to(arguments.steps.times / 1000, value.values.shape)
    return arguments.nameless(value.with_values(times))


def _scalar(arguments: Arguments) -> Scalar:
    """The value of the only series; NaN at a step that has none or several."""
    value = arguments.vector(0)
    picked = np.where(value.present, value.values, 0.0).sum(axis=0)
    return Scalar(np.where(value.present.sum(axis=0) == 1, picked, np.nan))


def _vector(arguments: Arguments) -> Vector:
    return _bare(Scalar(arguments.scalar(0)), arguments)


def _bare(scalar: Scalar, arguments: Arguments) -> Vector:
    return vector_of_scalar(scalar, arguments.steps.query.bare)


def _histogram_quantile(arguments: Arguments) -> Vector:
    value, quantile = arguments.vector(1), arguments.scalar(0)
    return merged(histogram_quantile(value, quantile, arguments.steps.query.notes))


def _label_replace(arguments: Arguments) -> Vector:
    target, template, source, pattern = (arguments.text(i) for i in range(1, 5))
    budget = arguments.steps.query.budget
    return label_replace(arguments.vector(0), target, template, source, pattern, budget=budget)


def _label_join(arguments: Arguments) -> Vector:
    target, separator, *sources = (arguments.text(i) for i in range(1, len(arguments)))
    return label_join(arguments.vector(0), target, separator, sources, budget=arguments.steps.query.budget)


def _sort(arguments: Arguments) -> Vector:
    """A range query shows its series by their labels, whatever they are sorted by."""
    value, name = arguments.vector(0), arguments.call.name
    if not arguments.steps.instant:
        return value
    descending = name.endswith("_desc")
    if name.startswith("sort_by_label"):
        names = [arguments.text(i) for i in range(1, len(arguments))]
        return sorted_by_label(value, names, descending=descending)
    return sorted_by_value(value, descending=descending)


_SPECIAL: dict[str, Callable[[Arguments], Value]] = {
    "absent": absent,
    "absent_over_time": absent_over_time,
    "histogram_quantile": _histogram_quantile,
    "info": info,
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
