"""What a value or a series is of: metric and percentile, and whose, a service or the words that name it."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from postmortem.lint.clauses import content_words, ends_noun
from postmortem.lint.lexicon import Lexicon, Mention

_PERCENTILE = re.compile(
    r"(?<![A-Za-z0-9.])[pP](?P<p>\d{2}(?:\.\d+)?|99\d)(?![0-9])|(?P<th>\d{2}(?:\.\d+)?)(?:th\s*percentile|번째\s*백분위|\s*백분위)"
)
_OF_PARTS = {"cpu", "memory", "disk_use", "backlog"}
# Words beside the name of a measure that tell nothing of whose it is.
_NO_NAMES = ("metrics", "fillers", "peak", "before", "after", "value", "about", "again", "onset", "unnamed")
_WORDS_AT_MOST = 3
_MARKS = "‘’“”\"'`*_"
_OF = re.compile(r"\s+(?:of|for|on|in)\s+(?:(?:the|our|all)\s+)?", re.IGNORECASE)


def percentiles(text: str) -> Iterator[Mention]:
    """Each that the text tells, by its name: p99."""
    for found in _PERCENTILE.finditer(text):
        yield Mention("percentiles", f"p{found['p'] or found['th']}", found.start(), found.end())


def group_of(metric: str) -> str:
    """The group of the lexicon that names what a metric is measured of."""
    return "parts" if metric in _OF_PARTS else "services"


def identify(title: str, lexicon: Lexicon) -> tuple[str, str, str]:
    """Metric, subject and percentile of what a series is called: (latency, order, p99) of `Order p99`."""
    percentile = next((found.name for found in percentiles(title)), "")
    metric = lexicon.first(title, "metrics") or ("latency" if percentile else "")
    return metric, whose(title, metric, lexicon) if metric else "", percentile


def whose(title: str, metric: str, lexicon: Lexicon) -> str:
    """Whom a measure is of: a name of the lexicon, else the words of the title: `card network`."""
    known = None if metric == "hit_ratio" else lexicon.first(title, group_of(metric))
    return known or " ".join(sorted(naming_words(title, lexicon)))


def naming_words(title: str, lexicon: Lexicon) -> frozenset[str]:
    """The words of a title without its measure."""
    for found in percentiles(title):
        title = title[: found.start] + " " * (found.end - found.start) + title[found.end :]
    return content_words(lexicon.without(title, *_NO_NAMES), lexicon)


def name_beside(text: str, measure: Mention) -> str:
    """The words of running text that name whose measure it is: those right ahead of it, or behind an ‘of’."""
    ahead = _noun(word.strip(_MARKS) for word in reversed(text[: measure.start].split()))
    if ahead:
        return " ".join(reversed(ahead))
    behind = _OF.match(text, measure.end)
    return " ".join(_noun(word.strip(_MARKS) for word in text[behind.end() :].split())) if behind else ""


def _noun(words: Iterable[str]) -> list[str]:
    """The first of these words that can be of one noun."""
    return list(takewhile(lambda word: word and not ends_noun(word), islice(words, _WORDS_AT_MOST)))
