"""The texts of a guardrail's alert, in English and Korean, as templates that Prometheus fills in."""

from collections.abc import Callable

from alerts.expressions import number
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.percentages import figure
from alerts.wording import IN_KOREAN, duration_ko, literal
from collector.durations import format_duration

_FORMS = {
    "ratio": "{{ $value | humanizePercentage }}",
    "seconds": "{{ $value | humanizeDuration }}",
    "per_second": '{{ $value | printf "%.1f" }}/s',
    "bytes": "{{ $value | humanize1024 }}B",
}
_FORMS_KO = {"seconds": f"{{{{ $value | humanizeDuration{IN_KOREAN} }}}}"}


def guardrail_annotations(guardrail: Guardrail) -> dict[str, str]:
    """For an alert whose value is the signal's."""
    value = _FORMS.get(guardrail.unit, '{{ $value | printf "%.2f" }}')
    value_ko = _FORMS_KO.get(guardrail.unit, value)
    title = literal(guardrail.title["en"])
    title_ko = literal(guardrail.title.get("ko", guardrail.title["en"]))
    texts = {
        "summary": f"{title} is at {value}",
        "description": f"A ticket because it is {reasons(guardrail)}. "
        "A guardrail has no budget: it is evidence for whoever is paged.",
        "summary_ko": f"{title_ko}: 현재 {value_ko}",
        "description_ko": f"기준: {_reasons_ko(guardrail)}. "
        "가드레일에는 예산이 없으며, 호출받은 사람을 위한 단서입니다.",
    }
    texts |= {"subject": title, "subject_ko": title_ko}
    return {**texts, "runbook_url": guardrail.runbook_url} if guardrail.runbook_url else texts


def reasons(guardrail: Guardrail) -> str:
    """What its alert is for: beyond which limit, or how far from where it was."""
    found = [] if guardrail.limit is None else [f"{guardrail.bad} {_value(guardrail, guardrail.limit)}"]
    if (baseline := guardrail.baseline) is not None:
        over, before = format_duration(baseline.over_seconds), format_duration(baseline.before_seconds)
        found.append(
            f"{_departure(guardrail, baseline)} where it was over the {over} that ended {before} ago"
        )
    return " or ".join(found)


def _departure(guardrail: Guardrail, baseline: Baseline) -> str:
    if baseline.factor is not None:
        return f"{guardrail.bad} {number(baseline.factor)} times"
    return f"more than {_difference(guardrail, baseline, 'points')} {guardrail.bad}"


def _reasons_ko(guardrail: Guardrail) -> str:
    side = "미만" if guardrail.bad == "below" else "초과"
    reasons = [] if guardrail.limit is None else [f"{_value(guardrail, guardrail.limit, duration_ko)} {side}"]
    if (baseline := guardrail.baseline) is not None:
        earlier = f"{duration_ko(baseline.before_seconds)} 전까지 {duration_ko(baseline.over_seconds)} 값"
        reasons.append(f"{earlier}{_departure_ko(guardrail, baseline)}")
    return " 또는 ".join(reasons)


def _departure_ko(guardrail: Guardrail, baseline: Baseline) -> str:
    if baseline.factor is not None:
        return f"의 {number(baseline.factor)}배 {'미만' if guardrail.bad == 'below' else '초과'}"
    side = "낮음" if guardrail.bad == "below" else "높음"
    return f"보다 {_difference(guardrail, baseline, '%p')} 넘게 {side}"


def _difference(guardrail: Guardrail, baseline: Baseline, points: str) -> str:
    """A difference of ratios is in percentage points."""
    difference = baseline.difference or 0.0
    if guardrail.unit != "ratio":
        return _value(guardrail, difference, duration_ko if points.startswith("%") else format_duration)
    return (
        f"{figure(100 * difference, 4)}{points}"
        if points.startswith("%")
        else f"{figure(100 * difference, 4)} {points}"
    )


def _value(guardrail: Guardrail, value: float, duration: Callable[[float], str] = format_duration) -> str:
    match guardrail.unit:
        case "ratio":
            return f"{figure(100 * value, 4)}%"
        case "seconds":
            return duration(value)
        case "per_second":
            return f"{value:.4g}/s"
        case _:
            return f"{value:.4g}"
