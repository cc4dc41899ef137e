"""absent and absent_over_time: a series that says there is none."""

import numpy as np

from collector.labels import METRIC_NAME, Labels, MatchOp
from collector.promql.functions.arguments import Arguments
from collector.promql.syntax import Node, RangeSelector, Selector, unwrapped
from collector.promql.value import Mask, Vector, vector


def absent(arguments: Arguments) -> Vector:
    """1 at the steps where the vector is empty."""
    return _one_where(~np.logical_or.reduce(arguments.vector(0).present, axis=0), arguments)


def absent_over_time(arguments: Arguments) -> Vector:
    """1 at the steps where no series has a sample in its window."""
    missing = np.ones(len(arguments.steps.times), dtype=bool)
    for windows in arguments.windows(edges_only=True):
        missing &= windows.counts == 0
    return _one_where(missing, arguments)


def _one_where(missing: Mask, arguments: Arguments) -> Vector:
    present = missing[None, :]
    labels = (_labels_of_absent(arguments.call.args[0]),)
    return vector(labels, np.ones(present.shape), present).inhabited()


def _labels_of_absent(node: Node) -> Labels:
    """What the selector says of the missing series: each label that it matches once, for equality."""
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
