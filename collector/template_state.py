"""What a template has at hand while it is filled in: variables, the dot, and the text so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collector.errors import TemplateError
from collector.go_format import Value
from collector.series import Sample

MOST_CHARACTERS = 64 * 1024
MOST_MADE = 1024 * 1024

Query = Callable[[str], Sequence[Sample]]


class Names:
    """The variables that may be named at some place, each with a slot of its own for its value."""

    def __init__(self, slots: dict[str, str], made: list[str] | None = None) -> None:
        self._slots = slots
        self._made = made if made is not None else []

    def inner(self) -> "Names":
        """Those of a block: what it declares ends with it."""
        return Names(dict(self._slots), self._made)

    def declare(self, name: str) -> str:
        self._slots[name] = f"{name} {len(self._made)}"
        self._made.append(name)
        return self._slots[name]

    def slot(self, name: str) -> str:
        """Raises ``TemplateError``, as Prometheus does when it reads the file."""
        try:
            return self._slots[name]
        except KeyError:
            raise TemplateError(f'undefined variable "{name}"') from None


@dataclass
class State:
    """values: of variables by their slots. query: what answers PromQL, if anything does."""

    values: dict[str, Value]
    dot: Value
    query: Query | None
    _texts: list[str] = field(default_factory=list)
    _written: int = 0
    _made: int = 0

    def write(self, text: str) -> None:
        """Adds to the text. Raises ``TemplateError`` where it becomes too long."""
        self._written += len(text)
        if self._written > MOST_CHARACTERS:
            raise TemplateError(f"the text is longer than {MOST_CHARACTERS} characters")
        self._texts.append(text)

    def made(self, value: Value) -> Value:
        """Counts what a function made. Raises ``TemplateError`` where that is too much text in all."""
        if isinstance(value, str):
            self._made += len(value)
            if self._made > MOST_MADE:
                raise TemplateError(f"its functions make more than {MOST_MADE} characters")
        return value

    def text(self) -> str:
        return "".join(self._texts)
