"""The arguments of a call, evaluated when a function asks for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collector.promql.context import Steps
from collector.promql.syntax import Call, Node, RangeSelector, String, Subquery, unwrapped
from collector.promql.value import Scalar, Value, Vector, merged, without_names
from collector.promql.windows import Windows
from collector.series import Values

Evaluate = Callable[[Node, Steps], Value]
OpenWindows = Callable[[Node, Steps, bool], Iterator[Windows]]


@dataclass(frozen=True)
class Arguments:
    """A call at its steps. The parser has seen to the number and the types of its arguments."""

    call: Call
    steps: Steps
    evaluate: Evaluate
    open_windows: OpenWindows

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
        """All that are no range vectors, in their order."""
        return [self.scalar(i) for i, arg in enumerate(self.call.args) if not _is_range(arg)]

    def text(self, index: int) -> str:
        node = unwrapped(self.call.args[index])
        assert isinstance(node, String)
        return node.value

    def windows(self, *, edges_only: bool = False) -> Iterator[Windows]:
        """Those of the one range vector. edges_only: samples far from every edge may be missing."""
        return self.open_windows(next(filter(_is_range, self.call.args)), self.steps, edges_only)

    def nameless(self, value: Vector) -> Vector:
        """The answer of a function that drops metric names."""
        return merged(without_names(value, delayed=self.steps.query.delayed_names))


def _is_range(node: Node) -> bool:
    return isinstance(unwrapped(node), (RangeSelector, Subquery))
