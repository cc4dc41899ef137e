"""Queries as trees of text, so that a failing one can be cut down to what still fails."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Expression:
    """kind: scalar, vector or range; parts: text and the expressions within it, in order."""

    kind: str
    parts: tuple["str | Expression", ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def reductions(self) -> Iterator["Expression"]:
        """Smaller expressions of the same kind, the boldest first."""
        yield from (inner for inner in self._within() if inner.kind == self.kind)
        if self.kind == "scalar" and self.parts != ("1",):
            yield Expression("scalar", ("1",))
        for index, part in enumerate(self.parts):
            if isinstance(part, Expression):
                for smaller in part.reductions():
                    yield Expression(self.kind, (*self.parts[:index], smaller, *self.parts[index + 1 :]))

    def _within(self) -> Iterator["Expression"]:
        for part in self.parts:
            if isinstance(part, Expression):
                yield part
                yield from part._within()


def scalar(*parts: str | Expression) -> Expression:
    return Expression("scalar", parts)


def vector(*parts: str | Expression) -> Expression:
    return Expression("vector", parts)


def ranged(*parts: str | Expression) -> Expression:
    return Expression("range", parts)
