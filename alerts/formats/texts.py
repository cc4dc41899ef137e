"""What an SLO of any format may be called, and its texts without what steers a terminal."""

from collections.abc import Mapping
from dataclasses import replace

from alerts.documents import LONGEST_NAME
from alerts.errors import SpecError
from alerts.slo import Alerting, Slo
from collector.plain_text import stripped
from collector.redaction import shortened

LONGEST_LABEL = 1024


def as_text(place: str, slo: Slo) -> Slo:
    """The SLO with plain texts: titles, descriptions and annotations reach terminals and chats.

    Raises:
        SpecError: beginning with the place, for a name, a service or a label that is too long.
    """
    _bounded(place, "name", slo.name, LONGEST_NAME)
    _bounded(place, "service", slo.service, LONGEST_NAME)
    severities = [texts.labels for texts in slo.alerting.by_severity.values()]
    for labels in (slo.labels, slo.alerting.labels, *severities):
        for name, value in labels.items():
            _bounded(place, "labels", name, LONGEST_LABEL)
            _bounded(place, f"labels: {name}", value, LONGEST_LABEL)
    return replace(
        slo,
        title=_plain(slo.title),
        description=stripped(slo.description),
        runbook_url=stripped(slo.runbook_url),
        alerting=_plain_alerting(slo.alerting),
    )


def _plain_alerting(alerting: Alerting) -> Alerting:
    by_severity = {
        severity: replace(texts, annotations=_plain(texts.annotations))
        for severity, texts in alerting.by_severity.items()
    }
    return replace(alerting, annotations=_plain(alerting.annotations), by_severity=by_severity)


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: stripped(text) for name, text in texts.items()}


def _bounded(place: str, key: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise SpecError(f"{place}: {key}: expected at most {longest} characters, found {shortened(text)}")
