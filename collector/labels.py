"""Label sets and the matchers that select them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import re2

METRIC_NAME = "__name__"
_REMEMBERED = 50_000


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
        """The Prometheus spelling: ``name{a="b"}``."""
        inner = ",".join(f'{k}="{_escaped(v)}"' for k, v in self.pairs if k != METRIC_NAME)
        return f"{self.metric}{{{inner}}}" if inner or not self.metric else self.metric

    @property
    def metric(self) -> str:
        """The metric name, or an empty string."""
        return self.get(METRIC_NAME)

    def without(self, *names: str) -> "Labels":
        return _without(self, names)

    def only(self, *names: str) -> "Labels":
        return _only(self, names)

    def merged(self, other: Mapping[str, str]) -> "Labels":
        """These labels with those of ``other`` laid over them; an empty value there drops a label."""
        return Labels({**dict(self.pairs), **other})


# Queries take the same labels apart again and again.
@lru_cache(maxsize=_REMEMBERED)
def _without(labels: Labels, names: tuple[str, ...]) -> Labels:
    kept = [pair for pair in labels.pairs if pair[0] not in names]
    return labels if len(kept) == len(labels.pairs) else Labels._of_sorted(kept)


@lru_cache(maxsize=_REMEMBERED)
def _only(labels: Labels, names: tuple[str, ...]) -> Labels:
    return Labels._of_sorted([pair for pair in labels.pairs if pair[0] in names])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def anchored_regex(pattern: str) -> "re2._Regexp[str]":
    """RE2 that matches whole values, with ``.`` matching a newline too (v3 semantics).

    Raises:
        re2.error: for what is no regular expression.
    """
    options = re2.Options()
    options.log_errors = False
    return re2.compile(f"(?s:{pattern})", options)


class MatchOp(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


@dataclass(frozen=True)
class Matcher:
    """One condition of a selector. Regexes are RE2, anchored, and ``.`` matches a newline (v3 semantics)."""

    name: str
    op: MatchOp
    value: str

    @cached_property
    def _regex(self) -> "re2._Regexp[str]":
        return anchored_regex(self.value)

    def matches(self, value: str) -> bool:
        match self.op:
            case MatchOp.EQUAL:
                return value == self.value
            case MatchOp.NOT_EQUAL:
                return value != self.value
            case MatchOp.REGEX:
                return self._regex.fullmatch(value) is not None
            case MatchOp.NOT_REGEX:
                return self._regex.fullmatch(value) is None

    def __str__(self) -> str:
        return f'{self.name}{self.op}"{_escaped(self.value)}"'


def matches_all(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Whether a label set meets every condition."""
    return all(matcher.matches(labels.get(matcher.name)) for matcher in matchers)
