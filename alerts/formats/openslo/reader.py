"""Reads OpenSLO's documents: an SLO becomes one of ours for each objective; the others are referred to."""

import re
from collections.abc import Mapping

from alerts.documents import Document
from alerts.errors import SpecError
from alerts.formats.openslo.alert_kinds import AlertPolicyFile
from alerts.formats.openslo.alert_policies import alert_rule, own_policy
from alerts.formats.openslo.indicators import indicator_of
from alerts.formats.openslo.kinds import KINDS, Objective, SloFile
from alerts.formats.openslo.library import Library
from alerts.formats.openslo.periods import period_of
from alerts.formats.openslo.slices import budgeted
from alerts.policy import Policy
from alerts.slo import Slo
from collector.redaction import shortened

_NO_SLUG = re.compile(r"[^a-z0-9]+")


def is_openslo(document: Document) -> bool:
    """Whether a document says that it is OpenSLO's."""
    return str(document.content.get("apiVersion", "")).startswith("openslo")


def read_openslo(document: Document) -> list[Slo]:
    """The SLOs of a document, one for each objective; none of a document that others refer to.

    Raises:
        SpecError: for the first mistake, be it in a document that this one refers to.
    """
    library = Library([each for each in document.beside or (document,) if is_openslo(each)])
    kind = document.content.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise SpecError(
            f"{document.place}: kind: expected one of {', '.join(KINDS)}, found {shortened(kind)}"
        )
    content = document.parse(model)
    if isinstance(content, SloFile):
        return _slos(document, content, library)
    name = document.content["metadata"]["name"]
    if len(library.named(str(kind), name)) > 1:
        raise SpecError(f"{document.place}: expected a name used once for a {kind}: {name}")
    if isinstance(content, AlertPolicyFile):
        alert_rule(document.place, "spec", content.metadata, content.spec, library)
    return []


def _slos(document: Document, content: SloFile, library: Library) -> list[Slo]:
    metadata, spec = content.metadata, content.spec
    period_seconds, calendar = period_of(document.place, spec.time_window[0])
    indicator = indicator_of(document, content, library)
    policy, own = _policy(document, content, period_seconds, library)
    slos = []
    for number, (name, objective) in enumerate(_named_objectives(metadata.name, spec.objectives)):
        key = f"spec.objectives.{number}"
        sli = indicator.sli(objective, key, document.place)
        slos.append(
            Slo(
                name=name,
                service=spec.service,
                objective=_objective(document.place, key, objective),
                sli=budgeted(
                    sli, spec.budgeting_method, objective, period_seconds, f"{document.place}: {key}"
                ),
                period_seconds=period_seconds,
                title=_titles(content, objective),
                description=spec.description,
                runbook_url=metadata.annotations.runbook_url,
                labels={**indicator.labels, **metadata.labels},
                policy=policy,
                own_policy=own,
                calendar=calendar,
            )
        )
    return slos


def _policy(
    document: Document, content: SloFile, period_seconds: float, library: Library
) -> tuple[str, Policy | None]:
    items, named = content.spec.alert_policies, content.metadata.annotations.policy
    if not items:
        return named or "default", None
    if named:
        raise SpecError(f"{document.place}: spec.alertPolicies: expected them or fireline/policy, found both")
    name = f"{content.spec.service}/{content.metadata.name}"
    return name, own_policy(document, name, items, period_seconds, library)


def _named_objectives(name: str, objectives: list[Objective]) -> list[tuple[str, Objective]]:
    """Of several objectives each has a name of its own: by its title, or by its number."""
    if len(objectives) == 1:
        return [(name, objectives[0])]
    ends = [_NO_SLUG.sub("-", each.display_name.lower()).strip("-") for each in objectives]
    if not all(ends) or len(set(ends)) < len(ends):
        ends = [str(number) for number in range(1, len(objectives) + 1)]
    return [(f"{name}-{end}", each) for end, each in zip(ends, objectives, strict=True)]


def _titles(content: SloFile, objective: Objective) -> Mapping[str, str]:
    metadata = content.metadata
    titles = {"en": metadata.display_name or metadata.name}
    if metadata.annotations.title_ko:
        titles["ko"] = metadata.annotations.title_ko
    if len(content.spec.objectives) == 1:
        return titles
    percent = objective.target_percent or 100 * (objective.target or 0)
    told = objective.display_name or f"{percent:.12g} %"
    return {language: f"{title}: {told}" for language, title in titles.items()}


def _objective(place: str, key: str, objective: Objective) -> float:
    if objective.target is not None and objective.target_percent is None:
        return objective.target
    if objective.target_percent is not None and objective.target is None:
        return round(objective.target_percent / 100, 12)
    raise SpecError(f"{place}: {key}: expected either target (0–1) or targetPercent (0–100)")
