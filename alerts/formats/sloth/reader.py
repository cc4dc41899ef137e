"""Sloth's documents into SLOs."""

from dataclasses import replace

from alerts.documents import Document
from alerts.errors import SpecError
from alerts.formats.labels import with_labels_filled
from alerts.formats.sloth.kinds import (
    AlertSpec,
    CamelService,
    ServiceFile,
    ServiceLevelFile,
    ServiceSpec,
    SloSpec,
)
from alerts.formats.sloth.queries import Keys, events_sli, raw_sli
from alerts.identity import exported, identity_labels
from alerts.slo import Alerting, AlertTexts, Sli, Slo
from collector.redaction import shortened

FILE, KUBERNETES = "prometheus/v1", "sloth.slok.dev/v1"
_OURS_ALONE = "tier"  # tells the alerts of an SLO apart


def is_sloth(document: Document) -> bool:
    """Whether a document says that it is Sloth's."""
    version, api = document.content.get("version"), document.content.get("apiVersion")
    return str(version or "").startswith("prometheus/") or str(api or "").startswith("sloth.slok.dev")


def read_sloth(document: Document) -> list[Slo]:
    """The SLOs of a document, over 30 days, which is Sloth's default too.

    Raises:
        SpecError: for the first mistake.
    """
    if "version" in document.content:
        return _slos(document.place, "", document.parse(ServiceFile), FILE)
    kind = document.content.get("kind")
    if kind != "PrometheusServiceLevel":
        expected = "expected PrometheusServiceLevel (AlertWindows go with --windows or as a policy)"
        raise SpecError(f"{document.place}: kind: {expected}, found {shortened(kind)}")
    return _slos(document.place, "spec.", document.parse(ServiceLevelFile).spec, KUBERNETES)


def _slos(place: str, prefix: str, content: ServiceSpec, spelling: str) -> list[Slo]:
    names = [each.name for each in content.slos]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise SpecError(f"{place}: {prefix}slos.{number}.name: expected a name used once, found {name!r}")
    return [
        _slo(place, f"{prefix}slos.{number}", content, each, spelling)
        for number, each in enumerate(content.slos)
    ]


def _slo(place: str, key: str, content: ServiceSpec, spec: SloSpec, spelling: str) -> Slo:
    slo = Slo(
        name=spec.name,
        service=content.service,
        objective=round(spec.objective / 100, 12),
        sli=_sli(place, f"{key}.sli", spec, camel=isinstance(content, CamelService)),
        title={"en": spec.name},
        description=spec.description,
        policy="sloth",
        format=spelling,
    )
    labels = {**content.labels, **spec.labels}
    slo = replace(slo, labels=exported(labels, identity_labels(slo)))
    return replace(slo, alerting=_alerting(slo, spec))


def _sli(place: str, key: str, spec: SloSpec, *, camel: bool) -> Sli:
    sli = spec.sli
    if sli.plugin is not None:
        found = shortened(sli.plugin.id)
        raise SpecError(f"{place}: {key}.plugin: plugins of Sloth are not supported, found {found}")
    if sli.events is not None and sli.raw is None:
        error, total = ("errorQuery", "totalQuery") if camel else ("error_query", "total_query")
        return events_sli(sli.events, Keys(place, f"{key}.events.{error}", f"{key}.events.{total}"))
    if sli.raw is not None and sli.events is None:
        return raw_sli(
            sli.raw, Keys(place, f"{key}.raw.{'errorRatioQuery' if camel else 'error_ratio_query'}")
        )
    raise SpecError(f"{place}: {key}: expected either events or raw")


def _alerting(slo: Slo, spec: SloSpec) -> Alerting:
    """Sloth's alerts have the labels of its series too, over which go those of the alerts."""
    said, ours = spec.alerting, {**identity_labels(slo), _OURS_ALONE: ""}
    inherited = {name: slo.labels[name] for name in ("severity", _OURS_ALONE) if name in slo.labels}
    known = {**slo.labels, **identity_labels(slo)}

    def texts(part: AlertSpec) -> AlertTexts:
        labels = {n: with_labels_filled(text, known) for n, text in exported(part.labels, ours).items()}
        annotations = {n: with_labels_filled(text, known) for n, text in part.annotations.items()}
        return AlertTexts(labels, annotations, part.disable)

    common = texts(AlertSpec(labels={**inherited, **said.labels}, annotations=said.annotations))
    return Alerting(
        said.name,
        common.labels,
        common.annotations,
        {"page": texts(said.page_alert), "ticket": texts(said.ticket_alert)},
        tells_no_data=not said.ticket_alert.disable,
    )
