"""The words of budgets, in English and Korean."""

from typing import Any

from alerts.budget.status import BudgetReason
from alerts.charts.model import Language
from alerts.charts.quantities import format_seconds
from alerts.slo import CalendarUnit, Slo
from collector.durations import format_duration

_TEXTS: dict[Language, dict[str, str]] = {
    Language.EN: {
        "left": "{share} of the budget left",
        "nothing_left": "nothing of the budget left",
        "overspent": "overspent by {share}",
        "left_short": "{share} left",
        "events": "{bad} bad of {total} events ({allowed} allowed)",
        "slices": "{bad} bad of {total} time slices ({allowed} allowed)",
        "minutes": "{bad} bad minutes ({allowed} allowed)",
        "in": "in {span}",
        "runs_out": "runs out {when}",
        "stopped": ", if the errors of the last {window} go on; in the last 5 min there were none",
        "eased": ", if the errors of the last {window} go on; in the last 5 min they were within the limit",
        "excluded": "{span} excluded ({whys}), with it {left}",
        "why": "{name} by {author}: {reason}",
        "uncounted": "{count} of its times too short to count: no scrape in it, nothing taken off",
        "below": ", below {low}",
        "burning": "burning now",
        "no_events": "no events in the period",
        "now": "{reason} now ({left} before)",
        "no_ratio": "its raw ratio has no result, as until the first failure, or its series are absent",
        "no_data": "no data",
        "spent": "spent",
        "minutes_of": "{bad} of {allowed}",
        "column_objective": "objective",
        "column_left": "left",
        "column_events": "bad / events",
        "column_minutes": "bad minutes",
        "column_runs_out": "runs out",
        "caption": "left: of the period's budget, without what is excluded\n"
        "bad minutes: of five-minute steps with more errors than the objective allows\n"
        "runs out: if the errors of the last hour, or of the tier that burns, go on and traffic is as last "
        "week",
        "charts": "Error budgets",
        "band": "excluded: {name}",
        "promise": "{objective} over {period}",
        "outcome_ok": "ok",
        "outcome_low": "low",
        "outcome_no_data": "no data",
        "outcome_spent": "spent",
    },
    Language.KO: {
        "left": "예산 {share} 남음",
        "nothing_left": "남은 예산 없음",
        "overspent": "예산 {share} 초과 소진",
        "left_short": "{share} 남음",
        "events": "이벤트 {total}건 중 불량 {bad}건 ({allowed}건까지 허용)",
        "slices": "시간 구간 {total}개 중 불량 {bad}개 ({allowed}개까지 허용)",
        "minutes": "불량 {bad}분 ({allowed}분까지 허용)",
        "in": "{span} 뒤",
        "runs_out": "{when} 소진",
        "stopped": ": 최근 {window}의 오류가 이어질 때이며, 최근 5분에는 오류가 없음",
        "eased": ": 최근 {window}의 오류가 이어질 때이며, 최근 5분의 오류는 허용 범위 안",
        "excluded": "{span} 제외 ({whys}), 포함하면 {left}",
        "why": "{name}, {author}: {reason}",
        "uncounted": "제외 시간 {count}개는 너무 짧아 셀 수 없음: 그 사이 수집이 없어 아무것도 빼지 않음",
        "below": ", 기준 {low} 미만",
        "burning": "지금 소진 중",
        "no_events": "기간 안에 이벤트 없음",
        "now": "지금 {reason} (그 전까지 {left})",
        "no_ratio": "raw 비율에 결과가 없음: 첫 실패 전이거나 시계열이 없음",
        "no_data": "데이터 없음",
        "spent": "소진됨",
        "minutes_of": "{allowed} 중 {bad}",
        "column_objective": "목표",
        "column_left": "남은 예산",
        "column_events": "불량 / 이벤트",
        "column_minutes": "불량 분",
        "column_runs_out": "소진 시점",
        "caption": "남은 예산: 기간의 예산 중 남은 몫으로, 제외한 시간은 세지 않습니다.\n"
        "불량 분: 목표가 허용하는 것보다 오류가 많았던 5분 구간의 합입니다.\n"
        "소진 시점: 최근 한 시간이나 소진 중인 단계의 오류가 이어지고 트래픽이 지난주와 같을 때입니다.",
        "charts": "오류 예산",
        "band": "제외: {name}",
        "promise": "{period} 동안 {objective}",
        "outcome_ok": "가능",
        "outcome_low": "부족",
        "outcome_no_data": "데이터 없음",
        "outcome_spent": "소진됨",
    },
}

_REASONS_KO = {
    BudgetReason.WITHIN: "예산 안",
    BudgetReason.TIER: "정책의 한 단계가 소진을 알림",
    BudgetReason.HANG: "처리 중인 요청이 있으나 끝나는 것이 없음",
    BudgetReason.UNANSWERED: "요청이 들어오나 응답이 없음",
    BudgetReason.OVERSPENT: "기간의 예산을 다 씀",
    BudgetReason.ABSENT: "시계열이 없음",
    BudgetReason.BEGUN: "기간이 막 시작됨",
}

_CALENDAR_KO = {
    CalendarUnit.DAY: "일",
    CalendarUnit.WEEK: "주",
    CalendarUnit.MONTH: "개월",
    CalendarUnit.QUARTER: "개 분기",
    CalendarUnit.YEAR: "년",
}


def say(language: Language, word: str, **values: Any) -> str:  # noqa: ANN401  whatever the text holds
    """A text of the table with its values."""
    return _TEXTS[language][word].format(**values)


def reason_text(reason: BudgetReason, language: Language) -> str:
    """Why a budget is in its state."""
    return _REASONS_KO[reason] if language is Language.KO else str(reason)


def period_text(slo: Slo, language: Language) -> str:
    """``30d``, ``a month``; ``30일``, ``1개월``."""
    calendar, korean = slo.calendar, language is Language.KO
    if calendar is None:
        return format_seconds(slo.period_seconds, language) if korean else format_duration(slo.period_seconds)
    if korean:
        return f"{calendar.count}{_CALENDAR_KO[calendar.unit]}"
    unit = calendar.unit.name.lower()
    return f"a {unit}" if calendar.count == 1 else f"{calendar.count} {unit}s"
