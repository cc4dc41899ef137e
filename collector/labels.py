"""Label sets and the matchers that select them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from collector.names import is_bare_label, is_bare_metric
from collector.regexes import anchored_regex

METRIC_NAME = "__name__"


class Labels(Mapping[str, str]):
    """An immutable, hashable label set, sorted by name; a label with an empty value does not exist."""

    __slots__ = ("_hash", "pairs")

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        items = pairs.items() if isinstance(pairs, Mapping) else pairs
        self.pairs: tuple[tuple[str, str], ...] = tuple(sorted([pair for pair in items if pair[1]]))
        self._hash = hash(self.pairs)

    @classmethod
    def _of_sorted(cls, pairs: list[tuple[str, str]]) -> "Labels":
        """For what is taken from a label set, and so is sorted and not empty already."""
        labels = cls.__new__(cls)
        labels.pairs = tuple(pairs)
        labels._hash = hash(labels.pairs)
        return labels

    def __getitem__(self, name: str) -> str:
        for key, value in self.pairs:
            if key == name:
                return value
        raise KeyError(name)

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # a label that is absent is empty
        for key, value in self.pairs:
            if key == name:
                return value
        return default

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self.pairs == other.pairs if isinstance(other, Labels) else NotImplemented

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The Prometheus spelling: ``name{a="b"}``, or ``{"a name","a.b"="c"}``."""
        inner = [f'{_spelled(k)}="{_escaped(v)}"' for k, v in self.pairs if k != METRIC_NAME]
        metric = self.metric
        if metric and not is_bare_metric(metric):
            inner, metric = [f'"{_escaped(metric)}"', *inner], ""
        return f"{metric}{{{','.join(inner)}}}" if inner or not metric else metric

    @property
    def metric(self) -> str:
        """The metric name, or an empty string."""
        return self.get(METRIC_NAME)

    def without(self, *names: str) -> "Labels":
        kept = [pair for pair in self.pairs if pair[0] not in names]
        return self if len(kept) == len(self.pairs) else Labels._of_sorted(kept)

    def only(self, *names: str) -> "Labels":
        return Labels._of_sorted([pair for pair in self.pairs if pair[0] in names])

    def merged(self, other: Mapping[str, str]) -> "Labels":
        """These labels with those of ``other`` laid over them; an empty value there drops a label."""
        return Labels({**dict(self.pairs), **other})


def _spelled(name: str) -> str:
    return name if is_bare_label(name) else f'"{_escaped(name)}"'


class LabelSets(tuple[Labels, ...]):  # noqa: SLOT001  # a tuple cannot have any
    """Labels of several series. Hashed once: what queries work out of labels is kept by them."""

    _hash: int

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = super().__hash__()
            return self._hash


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _go_on() -> None:
    """Nothing stops a search that nobody limits."""


class MatchOp(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


@dataclass(frozen=True)
class Matcher:
    """One condition of a selector. Regexes are RE2, anchored, and ``.`` matches a newline (v3 semantics).

    before_regex: is called for each value that a regex is tried on, and may raise to stop a search.
    """

    name: str
    op: MatchOp
    value: str
    before_regex: Callable[[], None] = field(default=_go_on, compare=False, repr=False)

    def matches(self, value: str) -> bool:
        match self.op:
            case MatchOp.EQUAL:
                return value == self.value
            case MatchOp.NOT_EQUAL:
                return value != self.value
            case MatchOp.REGEX:
                return self._fits(value)
            case MatchOp.NOT_REGEX:
                return not self._fits(value)

    def _fits(self, value: str) -> bool:
        self.before_regex()
        return anchored_regex(self.value).fullmatch(value) is not None

    def __str__(self) -> str:
        return f'{_spelled(self.name)}{self.op}"{_escaped(self.value)}"'


def matches_all(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Whether a label set meets every condition."""
    return all(matcher.matches(labels.get(matcher.name)) for matcher in matchers)


def stoppable(matchers: Sequence[Matcher], check: Callable[[], None]) -> tuple[Matcher, ...]:
    """The same conditions, which call ``check`` for each value that a regex is tried on."""
    regexes = {MatchOp.REGEX, MatchOp.NOT_REGEX}
    return tuple(replace(m, before_regex=check) if m.op in regexes else m for m in matchers)
