"""The texts of an SLO's alerts, in English and Korean, as templates that Prometheus fills in."""

import json
import re

from alerts.expressions import (
    CURRENT_RATIO,
    Expressions,
    burn_rate,
    number,
    ratio,
    recorded_before,
    selector,
)
from alerts.policy import Tier
from alerts.slo import SliKind, Slo
from collector.durations import format_duration

_KOREAN_UNITS = {"d": "일", "h": "시간", "m": "분", "s": "초", "ms": "밀리초"}
_SPAN = ' | humanizeDuration | reReplaceAll "( 0h)?( 0m)? 0s$" ""'  # what was rounded away is not said
_TOLD_FROM = 0.1  # of the period: with less recorded, a text says nothing of the period's budget
IN_KOREAN = "".join(
    f' | reReplaceAll "([0-9]){unit}( |$)" "${{1}}{said}${{2}}"' for unit, said in _KOREAN_UNITS.items()
)
"""After ``humanizeDuration``: ``1h 47m`` becomes ``1시간 47분``, in Prometheus' templates as in ours."""


def burn_annotations(slo: Slo, tier: Tier, events: Expressions, *, limit: float) -> dict[str, str]:
    """For an alert whose value is the burn rate over the tier's long window; ``limit`` is a burn rate too."""
    long = tier.long_seconds
    told = _failures(slo, events, long)
    times, allowed = '{{ $value | printf "%.1f" }}', number(100 * slo.error_budget)
    left = _budget_left(slo, tier, events)
    return {
        "summary": f"{_title(slo)}: the error budget burns {times} times as fast as allowed",
        "description": f"{told['en']}; the objective allows {allowed}%. "
        f"This alert begins at a burn rate of {limit:.3g}.{left['en']}",
        "summary_ko": f"{_title(slo, 'ko')}: 오류 예산이 허용 속도의 {times}배로 소진되고 있습니다",
        "description_ko": f"{told['ko']}. 목표가 허용하는 비율은 {allowed}%이고, "
        f"이 경보는 소진 속도 {limit:.3g}배부터 울립니다.{left['ko']}",
        **_subject(slo),
        **_links(slo),
    }


def _failures(slo: Slo, events: Expressions, long: float) -> dict[str, str]:
    """How much failed of how much; of what counts no events, the ratio alone."""
    share = _filled(f"100 * {ratio(events, long)}", "%.1f")
    if not slo.sli.counts_events and slo.sli.slice_seconds is None:
        return {
            "en": f"The error ratio of the last {format_duration(long)} is {share}%",
            "ko": f"최근 {duration_ko(long)}의 오류 비율은 {share}%입니다",
        }
    bad, total = _filled(events.bad(long), "%.0f"), _filled(events.total(long), "%.0f")
    return {
        "en": f"{share}% of {_events_noun(slo)} {_fault(slo)} in the last {format_duration(long)} "
        f"({bad} of {total})",
        "ko": f"최근 {duration_ko(long)} 동안 {_counted_ko(slo, total, bad)}({share}%){_fault_ko(slo)}",
    }


def hang_annotations(slo: Slo, window_seconds: float) -> dict[str, str]:
    """For an alert whose value is the number of requests in flight."""
    window, window_ko = format_duration(window_seconds), duration_ko(window_seconds)
    waiting = '{{ $value | printf "%.0f" }}'
    return {
        "summary": f"{slo.service}: {waiting} requests are in flight and none completes",
        "description": f"Nothing completed in the last {window} while {waiting} requests wait: "
        "the service hangs, it is not idle. The error ratio cannot show this.",
        "summary_ko": f"{slo.service}: 요청 {waiting}건이 처리 중인 채 하나도 끝나지 않습니다",
        "description_ko": f"최근 {window_ko} 완료된 요청이 없고 {waiting}건이 대기 중입니다. "
        "유휴 상태가 아니라 멈춘 상태이며, 오류율로는 보이지 않습니다.",
        **_subject(slo),
        **_links(slo),
    }


def unanswered_annotations(slo: Slo, window_seconds: float) -> dict[str, str]:
    """For an alert whose value is what the query of demand answers."""
    window, window_ko = format_duration(window_seconds), duration_ko(window_seconds)
    return {
        "summary": f"{slo.service}: requests arrive and none is counted as answered",
        "description": f"Requests arrive at the edge, and {_title(slo)} counted none in the last {window}: "
        "the service is not idle. It is down, cut off, or not scraped.",
        "summary_ko": f"{slo.service}: 요청이 들어오는데 처리된 것으로 집계된 요청이 없습니다",
        "description_ko": f"엣지에는 요청이 들어오지만 {_title(slo, 'ko')} 목표가 최근 {window_ko} 동안 "
        "센 요청은 없습니다. "
        "유휴 상태가 아니라 서비스가 내려갔거나, 연결이 끊겼거나, 수집되지 않는 상태입니다.",
        **_subject(slo),
        **_links(slo),
    }


def no_data_annotations(slo: Slo, window_seconds: float) -> dict[str, str]:
    """For an alert on series that are absent; names the queries that match nothing."""
    needed = slo.sli.needed_over(format_duration(window_seconds))
    missing = "".join(f"{_with(f'absent({query})')} {literal(query)}{{{{ end }}}}" for query in needed)
    return {
        "summary": f"{_title(slo)}: no data to judge it by",
        "description": "The series that this objective counts are absent, so none of its alerts can fire. "
        "Check that the target is scraped and that the metric's name and labels still match. "
        f"What matches nothing:{missing}",
        "summary_ko": f"{_title(slo, 'ko')}: 판단할 데이터가 없습니다",
        "description_ko": "이 목표가 세는 시계열이 없어 어떤 경보도 울릴 수 없습니다. "
        "수집 대상이 살아 있는지, 지표 이름과 레이블이 그대로인지 확인하세요. "
        f"일치하는 시계열이 없는 쿼리:{missing}",
        **_subject(slo),
        **_links(slo),
    }


def title(slo: Slo, language: str = "en") -> str:
    """The SLO's title in a language, or in English, or its name."""
    return slo.title.get(language) or slo.title.get("en") or slo.name


def literal(text: str) -> str:
    """A text of somebody's as part of a template: braces in it are shown, and run nothing."""
    return text.replace("{{", '{{ "{{" }}')


def _with(query: str) -> str:
    """The begin of what a template says where a query finds something."""
    quoted = json.dumps(query, ensure_ascii=False) if "`" in query else f"`{query}`"
    return f"{{{{ with query {quoted} }}}}"


def _title(slo: Slo, language: str = "en") -> str:
    return literal(title(slo, language))


def duration_ko(seconds: float) -> str:
    """``1시간 30분`` for 5400."""
    parts = re.findall(r"(\d+)(ms|[dhms])", format_duration(seconds))
    return " ".join(f"{count}{_KOREAN_UNITS[unit]}" for count, unit in parts)


def _budget_left(slo: Slo, tier: Tier, events: Expressions) -> dict[str, str]:
    """What is left of the budget and when it is gone; nothing while too little is recorded, or never is.

    The minutes after rules were loaded say nothing of 30 days: in an incident all budget would be gone.
    """
    left = events.budget_remaining()
    if left is None:
        return {"en": "", "ko": ""}
    percent = '{{ . | first | value | printf "%.1f" }}'
    pace = burn_rate(events, tier.long_seconds, slo)
    seconds = f"({left} > 0) / on () ({pace} > 0) * {number(slo.period_seconds)}"
    rounded = f"round({seconds}, 60) < 86400 or round({seconds}, 3600)"
    gone = f"{_with(rounded)}%s{{{{ . | first | value{_SPAN}%s }}}}%s{{{{ end }}}}"
    period, period_ko = format_duration(slo.period_seconds), duration_ko(slo.period_seconds)
    sentences = {
        "en": f" Budget left of {period}: {percent}%{gone % (', gone in ', '', ' at this pace')}.",
        "ko": f" {period_ko} 예산이 {percent}% 남았습니다{gone % ('(이 속도면 ', IN_KOREAN, ' 뒤 소진)')}.",
    }
    is_old = recorded_before(slo, _TOLD_FROM * slo.period_seconds)
    known = f"{_with(f'clamp_min(100 * {left}, 0) and on () {is_old}')}%s{{{{ end }}}}"
    minutes = _bad_minutes(slo)
    return {language: known % (text + minutes[language]) for language, text in sentences.items()}


def _bad_minutes(slo: Slo) -> dict[str, str]:
    """Beside bad events, of which busy days dilute a share: stretches of five minutes over the allowance."""
    if slo.sli.slice_seconds is not None:  # what is counted is time already
        return {"en": "", "ko": ""}
    period, allowed = format_duration(slo.period_seconds), slo.error_budget * slo.period_seconds / 60
    over = f"{CURRENT_RATIO}{selector(slo)} > bool {number(slo.error_budget)}"
    spent = f"{_with(f'5 * sum_over_time(({over})[{period}:5m])')}%s{{{{ end }}}}"
    value = '{{ . | first | value | printf "%.0f" }}'
    return {
        "en": spent % f" Bad minutes: {value} of the {allowed:.0f} allowed.",
        "ko": spent % f" 나쁜 시간은 허용된 {allowed:.0f}분 중 {value}분입니다.",
    }


def _filled(query: str, form: str) -> str:
    value = f'{{{{ . | first | value | printf "{form}" }}}}'
    return f"{_with(query)}{value}{{{{ else }}}}?{{{{ end }}}}"


def _events_noun(slo: Slo) -> str:
    if slo.sli.slice_seconds is None:
        return "requests"
    return "minutes" if slo.sli.slice_seconds == 60 else f"slices of {format_duration(slo.sli.slice_seconds)}"


def _counted_ko(slo: Slo, total: str, bad: str) -> str:
    if slo.sli.slice_seconds is None:
        return f"요청 {total}건 중 {bad}건"
    return f"{duration_ko(slo.sli.slice_seconds)} 구간 {total}개 중 {bad}개"


def _fault(slo: Slo) -> str:
    if slo.sli.slice_seconds is not None:
        return "were bad"
    if slo.sli.kind is SliKind.LATENCY and slo.sli.threshold_seconds is not None:
        return f"took longer than {format_duration(slo.sli.threshold_seconds)}"
    return "failed"


def _fault_ko(slo: Slo) -> str:
    if slo.sli.slice_seconds is not None:
        return "가 나빴습니다"
    if slo.sli.kind is SliKind.LATENCY and slo.sli.threshold_seconds is not None:
        threshold = duration_ko(slo.sli.threshold_seconds)
        return f"이 {threshold}{'를' if threshold.endswith('초') else '을'} 넘겼습니다"
    return "이 실패했습니다"


def _subject(slo: Slo) -> dict[str, str]:
    """For messages on an alert's end, where its summary would read as the opposite."""
    return {"subject": _title(slo), "subject_ko": _title(slo, "ko")}


def _links(slo: Slo) -> dict[str, str]:
    return {"runbook_url": slo.runbook_url} if slo.runbook_url else {}
