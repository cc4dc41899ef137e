"""Which names of a report are internal, and which titles may be told outside.

A title is words of the team for readers, so it may be told, unless it holds what a record calls things by.
Ordinary words stay words where an objective or a signal is named by one: there is no name in ‘orders’.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from alerts.charts.model import Language
from postmortem.causes.knowledge import in_words, load_knowledge
from postmortem.evidence import Evidence
from postmortem.records import SloRecord

_WORD = re.compile(r"[^\s'\"‘’“”()\[\]{},;!?]+")
_NOT_A_WORD = re.compile(r"[_.:/@\\`=<>|*#$~^+\d]")  # as in p95, db-1.internal, 500 ms, which is a threshold
_PART = re.compile(r"[^\W_]+")
_SPOKEN = re.compile(r"[^\W_]+(?:[ -]+[^\W_]+)*")  # a name whose parts one would also say with spaces between
_PLURALS = ("", "s", "es")
_GRADES = {"severity", "sloth_severity", "tier"}  # labels of alerts that name nothing
_ABOUT = {"slo", "guardrail"}  # labels whose values are names of objectives and signals
_IDENTIFIER = re.compile(
    rf"{_NOT_A_WORD.pattern}|-|[^\W\dA-Z_][A-Z]"
)  # cache_hits, order-latency, ordersPlaced
_LEAST = 2  # shorter names are letters of many words

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Internal:
    """Names in lower case, of things and people, and identifiers of objectives and signals.

    What these are made of are plain words about what users do: they are internal only as they are spelt.
    """

    things: frozenset[str]
    identifiers: frozenset[str]


def public_title(slo: SloRecord, language: Language, names: Internal) -> str | None:
    """The objective's title, or None of one with an internal name in it, or without plain words.

    The name of its own service may be in it, as a word: customers do call placing an order so.
    """
    title = slo.titled(language)
    others = names.things - {_folded(slo.service)}
    read = _folded(title)
    is_told = _is_plain(read) and not _holds_any(read, others) and names.identifiers.isdisjoint(_words(read))
    return title if is_told else None


def public_words(text: str, evidence: Evidence) -> str | None:
    """What somebody wrote for people outside, or None where an internal name slipped in.

    Services with objectives may be in it, as words: customers do say ‘order’ too.
    """
    names = internal_names(evidence)
    others = names.things - {_folded(slo.service) for slo in evidence.slos}
    read = _folded(text)
    is_told = not _holds_any(read, others) and names.identifiers.isdisjoint(_words(read))
    return text if is_told else None


def internal_names(evidence: Evidence) -> Internal:
    """What the records call things and people by."""
    told = [*_indicators(evidence)]
    spelt, stores = _known(filter(_IDENTIFIER.search, told)), _known(filter(_is_of_a_store, told))
    return Internal((_known(_names(evidence)) - spelt) | stores, spelt)


def _known(names: Iterable[str]) -> frozenset[str]:
    found = {_folded(name).strip() for name in names}
    return frozenset(name for name in found if len(name) >= _LEAST)


def _names(evidence: Evidence) -> Iterator[str]:
    incident = evidence.incident
    yield from (incident.id, *incident.services, evidence.case, _host(evidence.address))
    for alert in incident.alerts:
        yield from (value for label, value in alert.labels.items() if label not in _GRADES | _ABOUT)
    for event in evidence.events:
        yield from (event.author, event.service or "", str(event.attributes.get("switch", "")))
    yield from (slo.service for slo in evidence.slos)
    for signal in evidence.signals.signals:
        yield signal.service
    for name, service in evidence.signals.services.items():
        yield from (name, *service.depends_on)


def _indicators(evidence: Evidence) -> Iterator[str]:
    """What objectives and signals are called, by the alerts on them as well."""
    yield from (slo.name for slo in evidence.slos)
    yield from (signal.name for signal in evidence.signals.signals)
    for alert in evidence.incident.alerts:
        yield from (value for label, value in alert.labels.items() if label in _ABOUT)


def _is_of_a_store(name: str) -> bool:
    """Whether it tells of a cache, a database or their like, of which outside nobody knows."""
    return any(words.search(in_words(name)) for words in load_knowledge().classes.values())


def _host(address: str) -> str:
    """Of a server's address; all of one that is none, since anything in it may be the name."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return address


def _folded(text: str) -> str:
    """As it reads: without what is not seen, one kind of letters and of dashes, in lower case."""
    seen = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return "".join("-" if unicodedata.category(char) == "Pd" else char for char in seen).casefold()


def _is_plain(title: str) -> bool:
    return bool(title.strip()) and not any(_NOT_A_WORD.search(word) for word in _words(title))


def _holds_any(title: str, names: frozenset[str]) -> bool:
    """Latin names as words, whatever joins them; others anywhere, since Korean writes particles onto them."""
    words, parts = set(_words(title)), tuple(_PART.findall(title))
    return any(
        name in title
        if not name.isascii()
        else _says(parts, tuple(_PART.findall(name)))
        if _SPOKEN.fullmatch(name)
        else name in words or (" " in name and name in title)
        for name in names
    )


def _says(parts: Parts, name: Parts) -> bool:
    """Whether its parts stand side by side, the last one perhaps in the plural, or are written as one."""
    *first, last = name
    ends = {last + plural for plural in _PLURALS}
    places = range(len(parts) - len(name) + 1)
    beside = (parts[i : i + len(first)] == tuple(first) and parts[i + len(first)] in ends for i in places)
    return any(beside) or any("".join(name) + plural in parts for plural in _PLURALS)


def _words(title: str) -> list[str]:
    return [word.strip(".:-") for word in _WORD.findall(title)]
