"""The words of messages, in English and Korean."""

from typing import Literal

Key = Literal[
    "page", "was_page", "was_page_quiet", "ticket", "resolved", "acknowledged", "shadow", "shadow_note",
    "since", "lasted", "ago", "unacknowledged", "acknowledged_by",
    "failing", "evidence", "before", "open", "runbook", "dashboard", "more",
    "silenced", "recovered", "eased", "all_resolved", "guardrail", "runs_out", "goes_on",
    "button_acknowledge", "button_mitigation", "button_resolve", "button_silence",
    "confirm_resolve_title", "confirm_resolve_text", "yes", "no",
    "pressed_acknowledge", "pressed_mitigation", "pressed_resolve", "pressed_silence",
    "cut", "undelivered", "unrecorded", "unknown",
    "reminder", "action_added", "action_changed", "action_done", "action_dropped",
    "action_due", "action_overdue",
]  # fmt: skip

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "page": "PAGE",
        "was_page": "TICKET, was a page",
        "was_page_quiet": "QUIET, was a page",
        "ticket": "TICKET",
        "resolved": "RESOLVED",
        "acknowledged": "PAGE, taken",
        "shadow": "SHADOW",
        "shadow_note": "shadow: nobody was woken",
        "since": "since {start} ({elapsed})",
        "lasted": "{start} to {end} ({elapsed})",
        "ago": "{elapsed}",
        "unacknowledged": "nobody has taken it yet",
        "acknowledged_by": "taken by {author} at {at}",
        "failing": "failing",
        "evidence": "also off",
        "before": "just before",
        "open": "open",
        "runbook": "runbook",
        "dashboard": "dashboard",
        "more": "and {count} more",
        "silenced": "silenced",
        "recovered": "recovered at {at}",
        "eased": "no page fires any more; tickets still do: {firing}",
        "all_resolved": "all alerts have recovered",
        "guardrail": "guardrail",
        "goes_on": "{subject} goes on in {incident}",
        "runs_out": "With the traffic usual at these hours the budget is gone in {left} ({at}).",
        "button_acknowledge": "I've got it",
        "button_mitigation": "Mark a mitigation",
        "button_resolve": "Resolve",
        "button_silence": "Silence 1 h",
        "confirm_resolve_title": "Resolve?",
        "confirm_resolve_text": "Alerts that still fire will not reopen it.",
        "yes": "Yes",
        "no": "No",
        "pressed_acknowledge": "taken",
        "pressed_mitigation": "a mitigation was applied (marked in Slack)",
        "pressed_resolve": "closed by hand",
        "pressed_silence": "silenced until {until}",
        "cut": "… (cut: {count} characters more)",
        "undelivered": "not delivered to {channel}: {error}",
        "unknown": "unknown",
        "reminder": "ACTION ITEMS",
        "action_added": "action item {number} added, for {owner}, due {due}: {text}",
        "action_changed": "action item {number} changed, for {owner}, due {due}: {text}",
        "action_done": "action item {number} is done ({author}): {text}",
        "action_dropped": "action item {number} is dropped ({author}: {why}): {text}",
        "action_due": "action item {number} is due {due} ({owner}): {text}",
        "action_overdue": "action item {number} was due {due}, {days} d ago ({owner}): {text}",
        "unrecorded": "NOT RECORDED, there is no incident to take: {reason}.",
    },
    "ko": {
        "page": "호출",
        "was_page": "티켓, 호출 경보는 해소",
        "was_page_quiet": "진정, 모든 경보 해소",
        "ticket": "티켓",
        "resolved": "해소",
        "acknowledged": "호출, 대응 중",
        "shadow": "섀도",
        "shadow_note": "섀도 모드: 실제로 아무도 호출하지 않음",
        "since": "{start}부터 ({elapsed} 경과)",
        "lasted": "{start} ~ {end} ({elapsed})",
        "ago": "{elapsed}",
        "unacknowledged": "아직 맡은 사람 없음",
        "acknowledged_by": "{at}부터 {author} 대응 중",
        "failing": "증상",
        "evidence": "동반 이상",
        "before": "직전 변경",
        "open": "열기",
        "runbook": "런북",
        "dashboard": "대시보드",
        "more": "외 {count}건",
        "silenced": "알림 중지됨",
        "recovered": "{at} 회복",
        "eased": "호출 경보는 모두 해소, 티켓 경보는 계속: {firing}",
        "all_resolved": "모든 경보가 해제됨",
        "guardrail": "가드레일",
        "goes_on": "{subject}: {incident}에서 계속",
        "runs_out": "시간대별 평소 트래픽이면 예산은 {left} 뒤({at}) 소진됩니다.",
        "button_acknowledge": "제가 맡습니다",
        "button_mitigation": "완화 조치 기록",
        "button_resolve": "해소 처리",
        "button_silence": "1시간 알림 중지",
        "confirm_resolve_title": "해소 처리할까요?",
        "confirm_resolve_text": "아직 울리는 경보도 이 장애를 다시 열지 않습니다.",
        "yes": "예",
        "no": "아니요",
        "pressed_acknowledge": "대응 시작",
        "pressed_mitigation": "완화 조치 적용 (Slack에서 기록)",
        "pressed_resolve": "수동으로 해소 처리",
        "pressed_silence": "{until}까지 알림 중지",
        "cut": "… (이하 {count}자 생략)",
        "undelivered": "{channel} 전송 실패: {error}",
        "unknown": "이름 없음",
        "reminder": "조치 항목",
        "action_added": "조치 항목 {number} 등록, 담당 {owner}, 기한 {due}: {text}",
        "action_changed": "조치 항목 {number} 변경, 담당 {owner}, 기한 {due}: {text}",
        "action_done": "조치 항목 {number} 완료 ({author}): {text}",
        "action_dropped": "조치 항목 {number} 취소 ({author}: {why}): {text}",
        "action_due": "조치 항목 {number} 기한 {due} ({owner}): {text}",
        "action_overdue": "조치 항목 {number} 기한 {due}에서 {days}일 지남 ({owner}): {text}",
        "unrecorded": "기록되지 않음, 맡을 수 있는 장애가 없음: {reason}.",
    },
}

KINDS: dict[str, dict[str, str]] = {
    "en": {
        "detected": "detected",
        "paged": "paged",
        "acknowledged": "taken",
        "mitigation": "mitigation",
        "switch": "switch",
        "deploy": "deploy",
        "note": "note",
        "pin": "pinned",
        "correction": "correction",
        "fault": "fault",
        "action": "action item",
        "resolved": "resolved",
        "join": "also firing",
        "escalate": "now a page",
        "de-escalate": "now a ticket",
        "reopen": "back again",
        "fires again": "fires again",
        "no longer silenced": "no longer silenced",
        "alert resolved": "recovered",
        "moved": "moved",
        "undelivered": "not delivered",
    },
    "ko": {
        "detected": "감지",
        "paged": "호출",
        "acknowledged": "대응 시작",
        "mitigation": "완화 조치",
        "switch": "스위치",
        "deploy": "배포",
        "note": "메모",
        "pin": "고정",
        "correction": "정정",
        "fault": "장애 주입",
        "action": "조치 항목",
        "resolved": "해소",
        "join": "경보 추가",
        "escalate": "호출로 격상",
        "de-escalate": "티켓으로 격하",
        "reopen": "재발",
        "fires again": "다시 울림",
        "no longer silenced": "알림 중지 해제",
        "alert resolved": "회복",
        "moved": "이동",
        "undelivered": "전송 실패",
    },
}


def say(language: str, key: Key, **values: object) -> str:
    """A phrase in a language, English when it is not one of ours."""
    return WORDS.get(language, WORDS["en"])[key].format(**values)


def texts(key: Key, **values: object) -> dict[str, str]:
    """A phrase in every language, as attributes of an event: whoever reads it later chooses."""
    return {f"text_{language}": say(language, key, **values) for language in WORDS}


def kind_word(language: str, kind: str) -> str:
    """The word for an event's kind or an alert's transition; what is not known stays as it is."""
    return KINDS.get(language, KINDS["en"]).get(kind, kind)


def elapsed(seconds: float, language: str) -> str:
    """How long, in at most two units: 40 s, 12 min, 1 h 5 min."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    korean = language == "ko"
    if minutes < 1:
        return f"{max(int(seconds), 0)}{'초' if korean else ' s'}"
    if hours < 1:
        return f"{minutes}{'분' if korean else ' min'}"
    if days < 1:
        return f"{hours}{'시간' if korean else ' h'} {minutes % 60}{'분' if korean else ' min'}"
    return f"{days}{'일' if korean else ' d'} {hours % 24}{'시간' if korean else ' h'}"
