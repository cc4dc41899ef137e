"""What a rule found, and what a rule is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from postmortem.lint.document import Document
from postmortem.lint.figures import Figure, read_figures
from postmortem.lint.lexicon import Lexicon
from postmortem.lint.rows import Axis, Row, read_rows

if TYPE_CHECKING:
    from postmortem.lint.recorded import Recorded


@dataclass(frozen=True)
class Finding:
    """line: counts from one. key, values: the message of the catalogue and what fills it."""

    line: int
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A document with what rules ask of it. recorded: series that its figures are held against, if any."""

    document: Document
    lexicon: Lexicon
    recorded: "Recorded | None" = None

    @cached_property
    def _timed(self) -> tuple[Axis, tuple[Row, ...]]:
        return read_rows(self.document)

    @property
    def axis(self) -> Axis:
        return self._timed[0]

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._timed[1]

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return read_figures(self.document, self.lexicon, self.axis, self.rows)


@dataclass(frozen=True)
class Rule:
    """name: what a finding is called. check: a pure function."""

    name: str
    check: Callable[[Draft], Iterable[Finding]]
