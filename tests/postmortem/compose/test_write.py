import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.causes.ranking import Ranking
from postmortem.compose.write import write_document
from postmortem.impact.span import find_span
from postmortem.markdown import render_markdown
from postmortem.records import SloRecord
from postmortem.report import build_report
from tests.postmortem.conftest import TEN

SEOUL = ZoneInfo("Asia/Seoul")
SECTIONS = [
    "## 현상 (Incident Overview)", "### 타임라인 (KST)", "### 영향범위", "### 고객영향도 (비즈니스 임팩트)",
    "## 조치 내용 (Mitigations & Recovery)", "### 장애 원인 (Root Cause)", "### 해소 타임라인",
    "### 실제 단기 대응책 (Already Applied)", "### 후속 대응 계획 (Planned)", "## 분석 (Analysis)",
    "### 5 Whys",
    "## 대응 방안 (Remediation Plan) / 액션 아이템", "### Short-term (1주 내)", "### Mid-term (1~4주)",
    "### Long-term (4주+)", "## 메트릭 (요약)", "## 후속 조치 상태 추적",
]  # fmt: skip


def as_read(document):
    """The Markdown as its reader sees it: figures are links."""
    return re.sub(r"\[([^\]]*)\]\(#f\d+\)", r"\1", render_markdown(document))


@pytest.fixture(scope="module")
def korean(seed_report):
    return as_read(write_document(seed_report, Language.KO, SEOUL))


@pytest.fixture(scope="module")
def english(seed_report):
    return as_read(write_document(seed_report, Language.EN, ZoneInfo("UTC")))


def test_a_service_stands_once_in_the_scope_with_all_its_signals(english):
    scope = english.split("### Scope of impact")[1].split("\n###")[0]
    services = re.findall(r"^  - `(\w+)`", scope, re.MULTILINE)
    assert services
    assert len(services) == len(set(services))


def test_deploys_before_the_impact_stand_beside_the_candidates(seed_raw, report_on):
    deploy = {**seed_raw.events[0], "kind": "deploy", "service": "order"}
    before = {**deploy, "id": 900, "at": TEN - 120, "text": "orders 1.4.2"}
    after = {**deploy, "id": 901, "at": TEN + 3000, "text": "orders 1.4.3"}
    report = report_on([*seed_raw.events, before, after])
    text = as_read(write_document(report, Language.EN, ZoneInfo("UTC")))
    causes = text.split("### Root cause")[1].split("\n###")[0]
    assert "Deploys recorded before the impact began." in causes
    assert ("orders 1.4.2" in causes, "orders 1.4.3" in causes) == (True, False)


def test_sections_are_those_of_the_seed_document_in_its_order(korean):
    assert re.findall(r"^#{2,3} .*$", korean, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize(
    "fragment",
    [
        "T+ 시각의 기준(T+0)은 영향 시작인 2025-09-03 10:04:30 KST이다. ‘상품 상세 지연’ 목표의 위반",
        "2025-09-03 10:01:45 (T-2m45s): 상품 상세 요청량 60.3/초 → 246/초로 증가(최고 10:05:45)",
        "(T+45s): 지표 3개 변화 시작\n  - 캐시 적중률 81.6% → 35%로 하락(최저 10:09:00)",
        "2025-09-03 10:18:00 (T+13m30s): `ttl_long` 켬, `stampede_lock` 켬 (김지훈)",
        "| 인지까지 | 10분 30초",
        "| 주문 가용성(30일) | 99%",
        " | 16만 9,939",
        "**후보 1: ",
        "근거 가운데 가장 먼저 변한 지표: 캐시 적중률, 영향의 변곡점과 같은 시점(차이 15초, 쿼리 구간 이내)",
        "왜 캐시 적중률이 하락했는가?",
        "왜 ‘주문 가용성’ 목표의 실패 비율이 상승했는가?",
        "‘상품 상세 지연’ 목표의 위반 비율",
        "는 장애를 인지하기 13분 15초 전에 나타났다.",
        "| 장애 종료까지 |",
        "장애 중에 켠 `ttl_long`을 기본값으로 둘지 결정한다",
        "확정한 근본 원인: 【작성 필요: ",
        "- Short-term (1주 내): 0/2 완료",
    ],
)
def test_korean_reads(korean, fragment):
    assert fragment in korean


@pytest.mark.parametrize(
    "fragment",
    [
        "### Timeline (UTC)",
        "2025-09-03 01:01:45 (T-2m45s): Product requests rose 60.3/s → 246/s (highest at 01:05:45)",
        "Failure ratio of the ‘Order availability’ objective rose",
        "Violation ratio of the ‘Order latency’ objective",
        "| Time to detect | 10 min 30 s",
        "Confirmed root cause: [to be written: ",
    ],
)
def test_english_reads(english, fragment):
    assert fragment in english


def test_english_holds_no_korean_but_what_was_recorded(seed_report, english):
    recorded = [seed_report.evidence.incident.title, *(e.text for e in seed_report.evidence.events)]
    recorded += [e.author for e in seed_report.evidence.events]
    for text in recorded:
        english = english.replace(text, "") if text else english
    assert not re.search(r"[가-힣]", english)


@pytest.mark.parametrize(("language", "title"), [(Language.KO, "상품 상세 느림"), (Language.EN, "Slow")])
def test_title_is_in_the_readers_language(seed_report, language, title):
    incident = seed_report.evidence.incident.model_copy(
        update={"titles": {"en": "Slow", "ko": "상품 상세 느림"}}
    )
    evidence = replace(seed_report.evidence, incident=incident)
    assert title in write_document(replace(seed_report, evidence=evidence), language, SEOUL).title


def test_every_footnote_is_defined_and_used(korean):
    used = set(re.findall(r"\[\^(\d+)\](?!:)", korean))
    defined = set(re.findall(r"^\[\^(\d+)\]:", korean, re.MULTILINE))
    assert used == defined


def test_the_head_counts_the_blanks(korean):
    told = int(re.search(r"\((\d+)곳\)", korean).group(1))
    assert told == korean.count("【작성 필요:")


def test_drills_and_made_up_history_are_said(seed_report):
    evidence = seed_report.evidence
    fault = evidence.events[0].model_copy(update={"id": 99, "kind": "fault"})
    told = replace(
        evidence,
        events=(*evidence.events, fault),
        synthetic_until=evidence.start + 60,
        has_synthetic_period=True,
    )
    text = as_read(write_document(replace(seed_report, evidence=told), Language.KO, SEOUL))
    assert "**훈련 기록**" in text
    assert text.count("**가상 이력 포함**") == 2


def test_counts_are_of_the_impact_or_of_what_the_record_holds(seed_report, english):
    evidence = seed_report.evidence
    lasting = evidence.incident.model_copy(update={"resolved_at": None})
    cut = replace(evidence, incident=lasting, fetched_at=evidence.end + 60)
    impact = replace(seed_report.impact, duration=None, span=replace(seed_report.impact.span, end=None))
    text = as_read(write_document(replace(seed_report, evidence=cut, impact=impact), Language.EN, SEOUL))
    assert re.search(r"\*\*Cut off\*\*: .* \(2025-09-03 11:29:\d\d\)", text)
    assert re.search(r"from the impact start to 2025-09-03 11:29:\d\d, the end of the record", text)
    assert "from the impact start to its end" in english
    assert "Cut off" not in english


def test_a_report_without_data_invents_nothing(seed_report):
    empty = replace(seed_report.evidence, subjects=(), series={}, slos=())
    bare = replace(
        seed_report,
        evidence=empty,
        shifts=(),
        timeline=(),
        ranking=Ranking(None, ()),
        whys=(),
        mitigations=(),
        impact=replace(
            seed_report.impact,
            slis=(),
            span=replace(seed_report.impact.span, is_measured=False, first_sign=None),
        ),
    )
    text = as_read(write_document(bare, Language.KO, SEOUL))
    assert "판단할 수 있는 지표가 없어, 이 지표들로는 원인을 말할 수 없다" in text
    assert "이 지표들로는 설명되지 않는다" not in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize(
    ("language", "calm", "unjudged"),
    [
        (Language.EN, "No worsening", "Not judged, no or too little history before the incident: "),
        (Language.KO, "악화가 없었던", "장애 전 기록이 없거나 너무 짧아 판단하지 못한 지표: "),
    ],
)
def test_a_short_history_is_never_called_no_worsening(seed_report, language, calm, unjudged):
    evidence = seed_report.evidence
    subject = evidence.subjects[0]
    stored = evidence.series[subject.series]
    late = stored.times >= evidence.alarm_at - 30
    short = replace(stored, times=stored.times[late], values=stored.values[late])
    told = replace(evidence, subjects=(subject,), series={**evidence.series, subject.series: short})
    report = build_report(told, (), find_span(told, ()))
    text = as_read(write_document(report, language, SEOUL))
    assert unjudged in text
    assert calm not in text


@pytest.mark.parametrize(
    ("language", "said"),
    [(Language.EN, "which came first cannot be told"), (Language.KO, "먼저인지 알 수 없다")],
)
@pytest.mark.parametrize("after", [-20.0, 0.4, 44.0])
def test_a_first_sign_within_the_uncertainty_has_no_order(seed_report, language, said, after):
    first = seed_report.impact.span.first_sign.onset.value
    incident = seed_report.evidence.incident.model_copy(update={"detected_at": first + after})
    report = replace(seed_report, evidence=replace(seed_report.evidence, incident=incident))
    assert said in as_read(write_document(report, language, SEOUL))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.EN, "paged: Orders fail (console, slack)"),
        (Language.KO, "당직 호출: Orders fail (console, slack)"),
    ],
)
def test_one_page_over_two_channels_is_one_row_that_names_them(seed_raw, report_on, language, line):
    page = {"kind": "paged", "text": "Orders fail", "author": "fireline", "incident": "2025-09-03-1"}
    paged = [
        {
            **page,
            "id": 900 + n,
            "at": seed_raw.incident["paged_at"] + n / 10,
            "attributes": {"channel": channel},
        }
        for n, channel in enumerate(("console", "slack"))
    ]
    events = [event for event in seed_raw.events if event["kind"] != "paged"]
    report = report_on([*events, *paged])
    text = as_read(write_document(report, language, SEOUL))
    rows = [row for row in text.splitlines() if "Orders fail" in row and "T+" in row]
    assert rows
    assert all(line in row for row in rows)


def test_who_is_unknown_is_not_named(seed_raw, report_on):
    events = [{**event, "author": "unknown"} for event in seed_raw.events]
    assert "unknown" not in as_read(write_document(report_on(events), Language.KO, SEOUL))


def test_without_any_series_nothing_is_said_to_be_unmoved(report_without_data):
    text = as_read(write_document(report_without_data, Language.EN, SEOUL))
    assert "no change beyond the threshold" not in text
    assert text.count("nothing can be said: no series could be judged") == 3


@pytest.mark.parametrize(
    ("unit", "count", "said"),
    [
        ("M", 1, "주문 가용성(그달 시작부터 그때까지)"),
        ("M", 2, "주문 가용성(달력 기간 시작부터 그때까지, 보통 30일)"),
    ],
)
def test_a_calendars_period_is_called_by_its_unit(seed_report, unit, count, said):
    calendar = {"unit": unit, "count": count, "start": "2025-01-01 00:00:00", "zone": "Asia/Seoul"}
    slis = tuple(
        replace(sli, slo=SloRecord.model_validate({**sli.slo.model_dump(), "calendar": calendar}))
        for sli in seed_report.impact.slis
    )
    report = replace(seed_report, impact=replace(seed_report.impact, slis=slis))
    assert f"| {said} |" in as_read(write_document(report, Language.KO, SEOUL))


@pytest.mark.parametrize(("severity", "said"), [("page", "호출(page)"), ("sev1", "sev1")])
def test_a_severity_is_told_in_words_where_it_is_one_of_ours(seed_report, severity, said):
    incident = seed_report.evidence.incident.model_copy(update={"severity": severity})
    report = replace(seed_report, evidence=replace(seed_report.evidence, incident=incident))
    assert f"| 심각도 | {said} |" in as_read(write_document(report, Language.KO, SEOUL))
