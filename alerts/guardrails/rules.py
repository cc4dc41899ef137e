"""Compiles guardrails to ticket alerts: one for each, whatever the reason it was crossed for."""

from collections.abc import Sequence
from typing import Any

from alerts.expressions import number
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.guardrails.wording import guardrail_annotations
from collector.durations import format_duration
from collector.plain_text import stripped

GUARDRAIL_ALERT = "GuardrailCrossed"


def compile_guardrails(
    guardrails: Sequence[Guardrail], interval_seconds: float = 15.0
) -> dict[str, list[Any]]:
    """A rule file with one ticket alert for each guardrail; its value is the signal's."""
    rules = [_rule(guardrail) for guardrail in guardrails]
    interval = format_duration(interval_seconds)
    return {"groups": [{"name": "fireline-guardrails", "interval": interval, "rules": rules}]}


def _rule(guardrail: Guardrail) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": GUARDRAIL_ALERT, "expr": "\nor\n".join(_conditions(guardrail))}
    if guardrail.for_seconds:
        rule["for"] = format_duration(guardrail.for_seconds)
    labels = {"service": guardrail.service, "guardrail": guardrail.name, "severity": "ticket"}
    annotations = {name: stripped(text) for name, text in guardrail_annotations(guardrail).items()}
    return {**rule, "labels": labels, "annotations": annotations}


def _conditions(guardrail: Guardrail) -> list[str]:
    sign, now = ("<" if guardrail.bad == "below" else ">"), f"({guardrail.now()})"
    conditions = []
    if guardrail.limit is not None:
        conditions.append(f"{now} {sign} {number(guardrail.limit)}")
    if guardrail.baseline is not None:
        conditions.append(f"{now} {sign} {_departure(guardrail, guardrail.baseline)}")
    return conditions


def _departure(guardrail: Guardrail, baseline: Baseline) -> str:
    earlier = f"({guardrail.earlier(baseline)})"
    if baseline.factor is not None:
        return f"({number(baseline.factor)} * {earlier})"
    sign = "-" if guardrail.bad == "below" else "+"
    return f"({earlier} {sign} {number(baseline.difference or 0.0)})"
