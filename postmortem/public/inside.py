"""What records call things and people by: services, hosts, owners, labels, and identifiers in queries.

Names count wherever they stand, since they may be of anything. Ordinary words by which objectives, signals
and requests are told apart do not: they are internal only as identifiers are spelt.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from alerts.action_items import KIND
from postmortem.causes.knowledge import in_words, load_knowledge
from postmortem.evidence import Evidence
from postmortem.public.reading import folded
from postmortem.records import Alert, Event

_GRADES = {"severity", "sloth_severity", "tier"}  # labels of alerts that name nothing
_ABOUT = {"slo", "guardrail"}  # labels whose values are names of objectives and signals
# Last words of labels by which requests and samples are told apart: GET, orders, placed.
_SORTS = {
    *("code", "endpoint", "handler", "kind", "le", "level", "method", "mode", "operation", "origin"),
    *("outcome", "path", "phase", "quantile", "reason", "result", "route", "state", "status", "type"),
}
_NAMING = {  # attributes of events, and annotations of alerts, that hold a name, be it an ordinary word
    *("channel", "cluster", "host", "hostname", "instance", "namespace", "node", "on_call", "owner"),
    *("pod", "region", "server", "switch", "team", "user", "username", "version"),
}
_IDENTIFIER = re.compile(r"[_.:/@#\d-]|[^\W\dA-Z_][A-Z]")  # cache_hits, order-latency, db1, ordersPlaced
_MARKED = re.compile(r"[_/@#]|\w[.:]\w|[^\W\d]-?\d|[^\W\dA-Z_][A-Z]")  # the same of a word amid prose
_MATCHER = re.compile(r"""(\w+)\s*[=!]~?\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)""")
_STRING = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`""")
_METRIC = re.compile(r"[A-Za-z_:][\w:]*")
_VALUE = re.compile(r"\w(?:[\w.:/-]*\w)?")  # of which a regular expression may have several
_ADDRESS = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)*)(?::\d+)?")
_IS_OF_A_HOST = re.compile(r":|\..*\.|\d.*\.|-.*\.")  # rather than of a cause or a row, as in cache.emptied
_LETTER = re.compile(r"[^\W\d]")
_NO_NAMES = {"true", "false"}
_LEAST = 2  # shorter names are letters of many words


@dataclass(frozen=True)
class Internal:
    """Names in lower case, of things and people, and identifiers of objectives, signals and metrics.

    What these are made of are plain words about what users do: they are internal only as they are spelt.
    """

    things: frozenset[str]
    identifiers: frozenset[str]


def internal_names(evidence: Evidence) -> Internal:
    """What the records call things and people by."""
    told = [*_indicators(evidence)]
    spelt, stores = _known(filter(_IDENTIFIER.search, told)), _known(filter(_is_of_a_store, told))
    named = [part for name in _names(evidence) for part in _with_host(name)]
    return Internal((_known(named) - spelt) | stores, spelt)


def _known(names: Iterable[str]) -> frozenset[str]:
    found = {folded(name).strip(" @#") for name in names}
    return frozenset(name for name in found if len(name) >= _LEAST and _LETTER.search(name)) - _NO_NAMES


def _with_host(name: str) -> Iterator[str]:
    """The name, and of one that is a host's address the host, with and without its domain."""
    yield name
    if found := _ADDRESS.fullmatch(name):
        yield found["host"]
        yield from _hosts(found["host"]) if _IS_OF_A_HOST.search(name) else ()


def _names(evidence: Evidence) -> Iterator[str]:
    incident = evidence.incident
    yield from (incident.id, *incident.services, evidence.case, *_hosts(evidence.address))
    for alert in incident.alerts:
        yield from _of_alert(alert)
    for event in evidence.events:
        yield from _of_event(event)
    for item in evidence.items:
        yield from (item.owner, item.added_by, item.settled_author, item.proof.partition(":")[2])
    for name, service in evidence.signals.services.items():
        yield from (name, *service.depends_on)
    yield from (slo.service for slo in evidence.slos)
    yield from (signal.service for signal in evidence.signals.signals)
    for query in _queries(evidence):
        yield from (value for label, value in _matched(query) if not _sorts(label))


def _of_alert(alert: Alert) -> Iterator[str]:
    """Its labels, the host that it comes from, and words of its annotations that no prose has."""
    yield from _labelled(alert.labels)
    yield from _hosts(alert.generator_url)
    for key, text in alert.annotations.items():
        words = [word.strip(".,:;()\"'") for word in text.split()]
        yield from (host for word in words if "://" in word for host in _hosts(word))
        yield from (text,) if key in _NAMING else filter(_MARKED.search, words)


def _of_event(event: Event) -> Iterator[str]:
    """What an action item's says is read of the item: its text for the public is no name."""
    yield from (event.author, event.service or "")
    attributes = event.attributes if event.kind != KIND else {}
    labels = attributes.get("labels")
    yield from _labelled(labels) if isinstance(labels, Mapping) else ()
    for key, value in attributes.items():
        if isinstance(value, str) and (key in _NAMING or (_MARKED.search(value) and " " not in value)):
            yield value


def _labelled(labels: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(value) for label, value in labels.items() if label not in _GRADES | _ABOUT)


def _indicators(evidence: Evidence) -> Iterator[str]:
    """What objectives and signals are called, by the alerts on them and in queries as well."""
    yield from (slo.name for slo in evidence.slos)
    yield from (signal.name for signal in evidence.signals.signals)
    for alert in evidence.incident.alerts:
        yield from (value for label, value in alert.labels.items() if label in _ABOUT)
    for query in _queries(evidence):
        yield from filter(_IDENTIFIER.search, _METRIC.findall(_STRING.sub("", query)))
        yield from (value for label, value in _matched(query) if _sorts(label) and _IDENTIFIER.search(value))


def _queries(evidence: Evidence) -> Iterator[str]:
    for slo in evidence.slos:
        yield from (slo.bad, slo.total)
    yield from (signal.query for signal in evidence.signals.signals)
    for alert in evidence.incident.alerts:
        yield from parse_qs(alert.generator_url.partition("?")[2]).get("g0.expr", [])


def _matched(query: str) -> Iterator[tuple[str, str]]:
    """Values of labels, by label. It need not be a query that can be read: records may hold anything."""
    for label, quoted in _MATCHER.findall(query):
        yield from ((label, value) for value in _VALUE.findall(quoted[1:-1].replace("\\", "")))


def _sorts(label: str) -> bool:
    return label.rpartition("_")[2] in _SORTS


def _is_of_a_store(name: str) -> bool:
    """Whether it tells of a cache, a database or their like, of which outside nobody knows."""
    return any(words.search(in_words(name)) for words in load_knowledge().classes.values())


def _hosts(address: str) -> Iterator[str]:
    """Of a server's address, with and without the domain; all of one that is none: it may be the name."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        host = address
    yield from (host, host.partition(".")[0])
