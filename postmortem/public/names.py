"""Which names of a report are internal, and which titles may be told outside.

A title is words of the team for readers, so it may be told, unless it holds what a record calls things by.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.charts.model import Language
from postmortem.evidence import Evidence
from postmortem.records import SloRecord

_WORD = re.compile(r"[^\s'\"‘’“”()\[\]{},;!?]+")
_NOT_A_WORD = re.compile(r"[_.:/@\\`=<>|*#$~^+]|\d[^\W\d]|[^\W\d]\d")  # as in p95, db-1.internal, rate_5m
_GRADES = {"severity", "tier"}  # labels of alerts that name nothing
_LEAST = 2  # shorter names are letters of many words


def public_title(slo: SloRecord, language: Language, names: frozenset[str]) -> str | None:
    """The objective's title, or None of one with an internal name in it, or without plain words.

    The name of its own service may be in it, as a word: customers do call placing an order so.
    """
    title = slo.titled(language)
    others = names - {slo.service.casefold()}
    return title if _is_plain(title) and not _holds_any(title, others) else None


def internal_names(evidence: Evidence) -> frozenset[str]:
    """What the records call things and people by, in lower case."""
    found = {name.strip().casefold() for name in _names(evidence)}
    return frozenset(name for name in found if len(name) >= _LEAST)


def _names(evidence: Evidence) -> Iterator[str]:
    incident = evidence.incident
    yield from (incident.id, *incident.services, evidence.case, _host(evidence.address))
    for alert in incident.alerts:
        yield from (value for label, value in alert.labels.items() if label not in _GRADES)
    for event in evidence.events:
        yield from (event.author, event.service or "", str(event.attributes.get("switch", "")))
    for slo in evidence.slos:
        yield from (slo.name, slo.service)
    for signal in evidence.signals.signals:
        yield from (signal.name, signal.service)
    for name, service in evidence.signals.services.items():
        yield from (name, *service.depends_on)


def _host(address: str) -> str:
    """Of a server's address; all of one that is none, since anything in it may be the name."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return address


def _is_plain(title: str) -> bool:
    return bool(title.strip()) and not any(_NOT_A_WORD.search(word) for word in _words(title))


def _holds_any(title: str, names: frozenset[str]) -> bool:
    """Latin names as whole words; others anywhere, since Korean writes particles onto them."""
    folded = title.casefold()
    words = set(_words(folded))
    return any(name in words if name.isascii() and " " not in name else name in folded for name in names)


def _words(title: str) -> list[str]:
    return [word.strip(".:-–—") for word in _WORD.findall(title)]
