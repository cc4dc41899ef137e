from dataclasses import replace

import pytest

from alerts.charts.model import Language
from alerts.timeline_rows import RowKind
from postmortem.markdown import render_markdown
from postmortem.public.document import write_public
from tests.postmortem.public.conftest import SEOUL, as_read

KOREAN = [
    "2025-09-03 10:04부터 ",
    "‘주문 가용성’: 이 시간 동안 요청의 ",
    "- 10:15 문제 확인\n- 10:16 담당자 대응 시작\n- 10:18 복구 조치\n",
    "‘상품 상세 지연’: 응답이 느려짐",
    "- 복구를 위해 한 조치: 【작성 필요: ",
]
ENGLISH = [
    "‘Order availability’: more requests failed",
    "- 10:15 we noticed the problem\n",
    "## What happened (KST)",
]


def of(report, language=Language.KO):
    return as_read(render_markdown(write_public(report, language, SEOUL)))


def with_incident(report, **changes):
    incident = report.evidence.incident.model_copy(update=changes)
    return replace(report, evidence=replace(report.evidence, incident=incident))


@pytest.mark.parametrize("fragment", KOREAN)
def test_korean_reads(public, fragment):
    assert fragment in as_read(public["ko", "md"])


@pytest.mark.parametrize("fragment", ENGLISH)
def test_english_reads(public, fragment):
    assert fragment in as_read(public["en", "md"])


def unended(report, **changes):
    impact = replace(report.impact, duration=None, span=replace(report.impact.span, end=None))
    return replace(with_incident(report, **changes), impact=impact)


@pytest.mark.parametrize(
    ("resolved_at", "said"),
    [
        (None, "대부분 회복되었으나, 11:29 현재 모든 기능이 정상화되지는 않았습니다."),
        (1756866240.0, "10:04부터 서비스 이용에 문제가 있었습니다. 수치는 모두 기록이 끝난 11:29까지"),
    ],
)
def test_what_has_no_end_is_not_given_one(seed_report, resolved_at, said):
    assert said in of(unended(seed_report, resolved_at=resolved_at))


def test_what_has_not_recovered_goes_on(seed_report):
    rows = tuple(row for row in seed_report.timeline if row.kind is not RowKind.RECOVERED)
    assert "11:29 현재 이어지고 있습니다" in of(
        replace(unended(seed_report, resolved_at=None), timeline=rows)
    )


def added(number, text, **said):
    said = {"action": number, "change": "added", "owner": "kim", "due": "2025-09-10", **said}
    return {
        "id": 800 + number, "at": 1756866300.0, "kind": "action", "text": text, "author": "lee",
        "incident": "2025-09-03-1", "attributes": said,
    }  # fmt: skip


def changed(number, of, change, **said):
    said = {"action": of, "change": change, **said}
    return {**added(number, "too dear"), "attributes": said}


def test_of_action_items_only_what_was_worded_for_the_public_is_told(seed_raw, report_on):
    report = report_on([
        *seed_raw.events,
        added(1, "raise replica.max_connections", public="more room for peaks"),
        added(2, "ask the vendor"),
        added(3, "buy a mainframe", public="larger machines"),
        added(4, "watch replica", public="earlier warnings"),
        added(5, "ask 김지훈", public="김지훈 looks after it"),
        changed(6, 3, "dropped"),
        changed(7, 4, "done"),
    ])  # fmt: skip
    text = of(report, Language.EN)
    section = text.partition("So that it does not happen again:\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in section.splitlines()] == [
        "- more room for peaks",
        "- earlier warnings (done)",
        "- [to be written: action item 5 in plain words, without internal names]",
    ]


def test_a_start_that_no_user_felt_is_a_blank(seed_report):
    span = replace(seed_report.impact.span, is_measured=False)
    text = of(replace(seed_report, impact=replace(seed_report.impact, span=span, slis=())))
    assert "【작성 필요: 영향이 시작된 시각】부터" in text


def test_rows_that_people_hid_are_not_told(seed_raw, report_on):
    taken = next(event for event in seed_raw.events if event["kind"] == "acknowledged")
    hide = {
        "id": 99, "at": taken["at"], "kind": "correction", "text": "not then", "incident": "2025-09-03-1",
        "attributes": {"hides": f"event:{taken['id']}"},
    }  # fmt: skip
    report = report_on([*seed_raw.events, hide])
    assert any(row.is_hidden and row.kind is RowKind.MILESTONE for row in report.timeline)
    assert "담당자 대응 시작" not in of(report)


def test_a_drill_is_said_to_be_one(seed_report):
    evidence = seed_report.evidence
    fault = evidence.events[0].model_copy(update={"id": 99, "kind": "fault"})
    text = of(replace(seed_report, evidence=replace(evidence, events=(*evidence.events, fault))))
    assert "실제 고객이 겪은 장애가 아닙니다" in text
