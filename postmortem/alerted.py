"""Which signals the incident's alerts were about: by their labels, by the metrics in their expressions."""

from urllib.parse import parse_qs, urlsplit

from alerts.selectors import selectors
from collector.errors import QueryError
from collector.labels import METRIC_NAME
from postmortem.records import Alert, Signal

_RECORDED = ":"  # in names of series that rules record: whatever metrics those are made of


def may_be_about(alert: Alert, signal: Signal) -> bool:
    """False only where the alert is surely about something else.

    An alert of an objective is about that. Another is about the signal where it names it or a metric of it;
    where nobody can tell its metrics, about everything of its service, and without one about everything.
    """
    labels = alert.labels
    if signal.name in {labels.get("guardrail"), labels.get("signal")}:
        return True
    if labels.get("slo"):
        return False
    service = labels.get("service", "")
    if labels.get("guardrail"):
        return service == signal.service
    read = metrics_of(expression_of(alert))
    if read and not any(_RECORDED in name for name in read):
        return not read.isdisjoint(metrics_of(signal.query))
    return service in {"", signal.service}


def expression_of(alert: Alert) -> str:
    """What its rule asks, as the link to the rule's graph says it; empty where it says nothing."""
    try:
        asked = parse_qs(urlsplit(alert.generator_url).query)
    except ValueError:
        return ""
    return asked.get("g0.expr", [""])[0]


def metrics_of(query: str) -> frozenset[str]:
    """The names of the metrics that a query reads; none of one that cannot be read."""
    try:
        found = selectors(query)
    except QueryError:
        return frozenset()
    return frozenset(m.value for each in found for m in each.matchers if m.name == METRIC_NAME)
