"""Cuts a text into clauses, each about one thing, and into words that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from postmortem.lint.lexicon import Lexicon

_CUT = re.compile(
    r"[;·。()（）\[\]]|,(?!\d)|\.(?=\s|$)|\s[-–—|+]+\s"
    r"|\s및\s|\s그리고\s|\s후(?=\s|,)|\s뒤(?=\s|,)|하고\s"
    r"|\s(?:and|then|but|while|after which)\s",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?。])\s+(?=\S)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[가-힣]+")
_PARTICLE = re.compile(
    r"(?<=[가-힣])(?:에서는|으로|에서|에게|까지|부터|에는|에도|하여|해서|했다|한다|하기|하는|된다|되는|됐다|이다|은|는|이|가|을|를|에|의|와|과|로|도|만|별|용|형)$"
)
_CONNECTS = re.compile(r"(?<=[가-힣])(?:고|서|며|면|해|다|때문|직후|이후)$")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:(?:ic)?ally|ly|at(?:ions?|es?|ed|ing)|ions?|ings?|ed|ic|es?|(?<!s)s)$")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "to",
        "of",
        "for",
        "in",
        "on",
        "at",
        "by",
        "with",
        "and",
        "or",
        "from",
        "into",
        "our",
        "its",
        "it",
        "is",
        "are",
        "be",
        "was",
        "were",
        "that",
        "this",
        "so",
        "as",
        "we",
        "all",
        "each",
        "every",
        "new",
        "via",
        "per",
        "when",
        "before",
        "after",
        "not",
        "above",
        "below",
        "over",
        "under",
        "than",
        "more",
        "less",
        "have",
        "has",
        "및",
        "등",
        "대상",
        "기반",
        "관련",
        "위한",
        "대한",
        "통한",
        "전용",
        "각",
        "수",
        "것",
        "전",
        "후",
        "시",
    ]
)
_REMEMBERED = 8192
_COMPARED = ("acts", "limits", "things", "services", "parts", "metrics", "products")


@dataclass(frozen=True)
class Clause:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def clauses(text: str) -> Iterator[Clause]:
    """The parts between punctuation and conjunctions; decimals and `a/b` stay whole."""
    start = 0
    for found in _CUT.finditer(text):
        if text[start : found.start()].strip():
            yield Clause(text[start : found.start()], start)
        start = found.end()
    if text[start:].strip():
        yield Clause(text[start:], start)


def sentences(text: str) -> Iterator[Clause]:
    """The parts between full stops."""
    start = 0
    for found in _SENTENCE.finditer(text):
        yield Clause(text[start : found.start()], start)
        start = found.end()
    yield Clause(text[start:], start)


@lru_cache(_REMEMBERED)  # items and acts are compared each with each
def content_words(text: str, lexicon: Lexicon) -> frozenset[str]:
    """What the text is about: names of the lexicon where it knows a word, else words without their endings.

    Verbs say what is done, not to what, and are left out.
    """
    known = lexicon.mentions(text, *_COMPARED)
    rest = lexicon.without(text, *_COMPARED)
    rest = lexicon.without(rest, "directions", "verbs", "everything")
    words = {_root(word) for found in _WORD.findall(rest) if (word := found.lower()) not in _STOP}
    named = {f"{mention.group}:{mention.name}" for mention in known}
    return frozenset(named | {word for word in words - _STOP if len(word) > 1})


def _root(word: str) -> str:
    if word[0].isascii():
        return _SUFFIX.sub("", word)
    bare = _PARTICLE.sub("", word)
    return bare if len(bare) > 1 else word


def ends_noun(word: str) -> bool:
    """Whether no noun goes on behind this word: `the`, a figure, a word with a particle or a stop."""
    if not word[-1].isalnum() or not any(map(str.isalpha, word)) or word.lower() in _STOP:
        return True
    return not word.endswith("의") and bool(_PARTICLE.search(word) or _CONNECTS.search(word))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words that both have (Jaccard), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
