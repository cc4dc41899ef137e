"""Which titles and texts may be told outside.

A title is words of the team for readers, so it may be told, unless it holds what a record calls things by.
Ordinary words stay words where an objective or a signal is named by one: there is no name in ‘orders’.
"""

import re
from collections.abc import Set as AbstractSet

from alerts.charts.model import Language
from postmortem.evidence import Evidence
from postmortem.public.inside import Internal, internal_names
from postmortem.public.reading import apart, folded, has_lookalikes, words_of
from postmortem.records import SloRecord

_NOT_A_WORD = re.compile(r"[_.:/@\\`=<>|*#$~^+\d]")  # as in p95, db-1.internal, 500 ms, which is a threshold
_NOT_PROSE = re.compile(
    r"[_@\\`=<>|*#$~^\[\]【】]"  # cache_hits, @kim, #channel, a link, a blank
    r"|[a-z]:\w|://|::|(?::\w+){3}|(?:^|[\s(])/\S|\w/\S*/"  # case:a, https://a, fd00::7, /var, a/b/c
    r"|[a-z]-?\d|[a-z\d-]{2}\.[a-z]{2}|\d\.\d+\."  # db-1, db.internal, 10.0.0.7; no date, no time
)
_PART = re.compile(r"[^\W_]+")
_SPOKEN = re.compile(r"[^\W_]+(?:[ _-]+[^\W_]+)*")  # its parts may be said with spaces between, too
_PLURALS = ("", "s", "es")

Parts = tuple[str, ...]


def public_title(slo: SloRecord, language: Language, names: Internal) -> str | None:
    """The objective's title, or None of one with an internal name in it, or without plain words.

    The name of its own service may be in it, as a word: customers do call placing an order so.
    """
    title = slo.titled(language)
    words = words_of(apart(folded(title)))
    is_plain = any(words) and not any(map(_NOT_A_WORD.search, words))
    return title if is_plain and not _names_any(title, names, {folded(slo.service)}) else None


def public_words(text: str, evidence: Evidence) -> str | None:
    """What somebody wrote for people outside, or None where an internal name or an address slipped in.

    Services with objectives may be in it, as words: customers do say ‘order’ too.
    """
    services = {folded(slo.service) for slo in evidence.slos}
    is_prose = not _NOT_PROSE.search(apart(folded(text)))
    return text if is_prose and not _names_any(text, internal_names(evidence), services) else None


def _names_any(text: str, names: Internal, told: AbstractSet[str]) -> bool:
    """Latin names as words, whatever joins them; others anywhere, since Korean writes particles onto them.

    told: names that may be in it.
    """
    read = folded(text)
    split = apart(read)
    words, parts = words_of(split), _parts(split)
    return (
        has_lookalikes(read)
        or any(_holds(name, read, words, parts) for name in names.things - told)
        or any(_says(_parts(word), _parts(name)) for name in names.identifiers for word in words)
    )


def _holds(name: str, read: str, words: list[str], parts: Parts) -> bool:
    if not name.isascii():
        return name in read
    if _SPOKEN.fullmatch(name):
        return _says(parts, _parts(name))
    return name in words or (" " in name and name in read)


def _says(parts: Parts, name: Parts) -> bool:
    """Whether its parts stand side by side, the last one perhaps in the plural, or are written as one."""
    *first, last = name or ("",)
    ends = {last + plural for plural in _PLURALS}
    places = range(len(parts) - len(name) + 1)
    beside = (parts[i : i + len(first)] == tuple(first) and parts[i + len(first)] in ends for i in places)
    return any(beside) or any("".join(name) + plural in parts for plural in _PLURALS)


def _parts(read: str) -> Parts:
    return tuple(_PART.findall(read))
