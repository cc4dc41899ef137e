"""What words mean: groups of names, each with its surfaces in Korean and English, found in running text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

_LANGUAGES = ("ko", "en")
_INFLECTED = {"directions", "verbs"}  # English words of these stand in all their forms
_REMEMBERED = 8192
_HANGUL = re.compile("[가-힣]")
# Letters of one script border on the other freely: `order를` is the word order.
_NO_LATIN_BEFORE, _NO_LATIN_AFTER = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"


@dataclass(frozen=True)
class Mention:
    """A name of a group, and where its surface stands in the text."""

    group: str
    name: str
    start: int
    end: int

    def nearest(self, others: Iterable["Mention"]) -> "Mention | None":
        """The one of these that the fewest letters lie between; of two so near, the first."""
        return min(others, key=lambda o: min(abs(o.start - self.end), abs(self.start - o.end)), default=None)


@dataclass(frozen=True)
class Vocabulary:
    """The surfaces of one group, compiled; names without groups of their own are called ``it``."""

    group: str
    names: Mapping[str, tuple[str, ...]]

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        inflected = self.group in _INFLECTED
        return tuple(
            (
                name,
                re.compile("|".join(_pattern(s, inflected=inflected) for s in longest_first), re.IGNORECASE),
            )
            for name, surfaces in self.names.items()
            if (longest_first := sorted(surfaces, key=len, reverse=True))
        )

    def mentions(self, text: str) -> Iterator[Mention]:
        """All of them, those of different names may overlap."""
        for name, pattern in self._patterns:
            for found in pattern.finditer(text):
                yield Mention(self.group, name, found.start(), found.end())


class Lexicon:
    """The words of both languages."""

    def __init__(self, groups: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
        self._vocabularies = {group: Vocabulary(group, names) for group, names in groups.items()}
        self._found = lru_cache(_REMEMBERED)(self._find)  # rules ask about the same clauses over and over

    def names(self, group: str) -> list[str]:
        """In the order of the file."""
        return list(self._vocabularies[group].names)

    def mentions(self, text: str, *groups: str) -> list[Mention]:
        """Names of these groups in reading order; of overlapping surfaces the longest counts."""
        return list(self._found(text, groups))

    def _find(self, text: str, groups: tuple[str, ...]) -> tuple[Mention, ...]:
        found = [m for group in groups for m in self._vocabularies[group].mentions(text)]
        kept: list[Mention] = []
        taken = bytearray(len(text))
        for mention in sorted(found, key=lambda m: (m.start - m.end, m.start)):
            if not any(taken[mention.start : mention.end]):
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                kept.append(mention)
        return tuple(sorted(kept, key=lambda m: m.start))

    def first(self, text: str, group: str) -> str | None:
        """The first name, in the order of the file, that is mentioned anywhere in the text."""
        found = {m.name for m in self._vocabularies[group].mentions(text)}
        return next((name for name in self.names(group) if name in found), None)

    def has(self, text: str, *groups: str) -> bool:
        return any(self._found(text, (group,)) for group in groups)

    def without(self, text: str, *groups: str) -> str:
        """The text with blanks of the same length for what these groups name."""
        for mention in self.mentions(text, *groups):
            text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
        return text


@cache
def load_lexicon() -> Lexicon:
    """The words that ship with Fireline."""
    merged: dict[str, dict[str, tuple[str, ...]]] = {}
    for language in _LANGUAGES:
        for group, names in read_words(language).items():
            mine = merged.setdefault(group, {})
            for name, surfaces in names.items():
                mine[name] = (*mine.get(name, ()), *surfaces)
    return Lexicon(merged)


def read_words(language: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """The words of a language by group and name; a plain list is a group with the one name ``it``."""
    path = files("postmortem").joinpath("lint", "words", f"{language}.yml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        group: {
            str(name): tuple(map(str, surfaces))
            for name, surfaces in (names if isinstance(names, dict) else {"it": names}).items()
        }
        for group, names in content.items()
    }


def _pattern(surface: str, *, inflected: bool) -> str:
    begins, bare = surface.startswith("^"), surface.removeprefix("^")
    if _HANGUL.search(bare):
        escaped = r"\s*".join(re.escape(part) for part in bare.split(" "))
        before = "(?<![가-힣])" if begins else (_NO_LATIN_BEFORE if bare[0].isascii() else "")
        return before + escaped
    words = [re.escape(word) for word in re.split(r"[\s-]+", bare)]
    if inflected:
        words[0] = verb_forms(words[0])
    if bare[-1].isalnum():
        words[-1] += "" if inflected else "(?:e?s)?"
        words[-1] += _NO_LATIN_AFTER
    return _NO_LATIN_BEFORE + r"[\s-]+".join(words)


def verb_forms(verb: str) -> str:
    """A regular English verb in all its forms: raise, raises, raised, raising."""
    if verb.endswith("e"):
        return rf"{verb[:-1]}(?:e|es|ed|ing)"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return rf"{verb[:-1]}(?:y|ies|ied|ying)"
    return rf"{verb}(?:s|es|{verb[-1]}?ed|{verb[-1]}?ing)?"
