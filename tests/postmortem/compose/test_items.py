import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from postmortem.records import Event
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from tests.postmortem.conftest import TEN

DAY = 86_400.0
MIDDAY = 1756900800.0  # 2025-09-03 12:00 UTC
ID = "2025-09-03-1"


def event(number, action, change, text="", day=0, **said):
    return {
        "id": 800 + number,
        "at": TEN + 7200 + day * DAY,
        "kind": "action",
        "text": text,
        "author": "lee",
        "incident": ID,
        "attributes": {"action": action, "change": change, **said},
    }


EVENTS = [
    event(
        1, 1, "added", "raise the limits", owner="kim", due="2025-09-08", horizon="short", proof="case:seed"
    ),
    event(2, 2, "added", "watch the replica", owner="lee", due="2025-09-01", horizon="short"),
    event(3, 3, "added", "buy a mainframe", owner="lee", due="2025-12-01", horizon="long"),
    event(4, 1, "done", "case seed: pages 45 s after the onset"),
    event(5, 3, "dropped", "too dear"),
]


@pytest.fixture(scope="module")
def report(request):
    make = request.getfixturevalue("report_on")
    return make(EVENTS)


def text_of(report, language):
    return render_markdown(write_document(report, language, ZoneInfo("Asia/Seoul")))


def row(text, words):
    return next(line for line in text.splitlines() if words in line and line.startswith("|"))


def test_items_stand_with_owner_date_proof_and_state(report):
    text = text_of(report, Language.EN)
    done, late = row(text, "raise the limits"), row(text, "watch the replica")
    assert "proof: `case:seed`" in done
    assert "[2025-09-08](" in done
    assert "(lee): case seed: pages 45 s after the onset" in done
    assert "| open, overdue |" in late
    assert "too dear" in row(text, "buy a mainframe")


@pytest.mark.parametrize("read_in", ["Pacific/Kiritimati", "Pacific/Honolulu"])
@pytest.mark.parametrize(
    ("servers", "said"),
    [("Pacific/Kiritimati", "| open, overdue |"), ("UTC", "| open |")],  # the 4th there, the 3rd in UTC
)
def test_an_item_is_overdue_by_the_servers_day(report, read_in, servers, said):
    due = event(6, 4, "added", "tune alerts", owner="kim", due="2025-09-03", horizon="short")
    told = (*report.evidence.events, Event.model_validate(due))
    evidence = replace(report.evidence, events=told, fetched_at=MIDDAY, time_zone=servers)
    text = render_markdown(write_document(replace(report, evidence=evidence), Language.EN, ZoneInfo(read_in)))
    assert said in row(text, "tune alerts")


PLANNED = {Language.EN: "### Planned follow-up\n\n", Language.KO: "### 후속 대응 계획 (Planned)\n\n"}


def planned(report, language):
    return text_of(report, language).split(PLANNED[language])[1].split("\n## ")[0].strip()


@pytest.mark.parametrize(
    ("language", "horizon", "item"),
    [
        (Language.EN, "Short-term (within 1 week)", r"2\. watch the replica — lee, due \[2025-09-01\]"),
        (Language.KO, "Short-term (1주 내)", r"2\. watch the replica — lee, 기한 \[2025-09-01\]"),
    ],
)
def test_what_is_planned_are_the_items_that_are_still_open(report, language, horizon, item):
    head, only = planned(report, language).splitlines()
    assert head == f"- {horizon}"
    assert re.match(rf"  - {item}", only.replace("\\", ""))


def test_what_is_planned_stays_a_blank_while_nobody_recorded_an_item(seed_report):
    assert "[to be written:" in planned(seed_report, Language.EN)


def test_where_all_items_are_settled_nothing_is_planned(report):
    settled = [event for event in report.evidence.events if event.attributes.get("action") != 2]
    evidence = replace(report.evidence, events=tuple(settled))
    said = planned(replace(report, evidence=evidence), Language.EN)
    assert said == "Every action item that was recorded is done or dropped."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "a component (a database) hung (not among the candidates that"),
        (Language.KO, "데이터베이스 어느 한 곳의 멈춤(이 장애의 증거에서는 후보로 꼽히지 않음)"),
    ],
)
def test_a_cause_that_the_evidence_does_not_rank_is_told_by_name(report, language, said):
    named = event(6, 4, "added", "tune alerts", owner="kim", due="2025-09-09", cause="database.hung")
    events = (*report.evidence.events, Event.model_validate(named))
    told = replace(report, evidence=replace(report.evidence, events=events))
    assert said in row(text_of(told, language), "tune alerts")


@pytest.mark.parametrize(
    ("language", "said"), [(Language.EN, " of "), (Language.KO, "건 완료")], ids=["en", "ko"]
)
def test_progress_is_counted_from_the_items(report, language, said):
    text = text_of(report, language)
    facts = {fact.id: fact.value for fact in report.facts()}
    assert (facts["items.total"], facts["items.done"], facts["items.dropped"]) == (2, 1, 1)
    assert facts["items.short.total"] == 2
    assert any(said in line and "/2" not in line for line in text.splitlines() if line.startswith("- "))


def test_items_are_no_rows_of_the_timeline(report):
    assert not [row.id for row in report.timeline if row.word == "action"]


def test_an_archive_with_items_verifies_and_another_count_is_caught(report):
    archive = json.loads(Archive.of(report).text)
    assert verify_archive(archive).differences == ()
    done = next(fact for fact in archive["facts"] if fact["id"] == "items.done")
    done["value"] = 2.0
    assert any("items.done" in str(found) for found in verify_archive(archive).differences)


@pytest.mark.parametrize("language", [Language.EN, Language.KO])
def test_a_document_with_items_verifies_and_another_date_is_caught(report, language):
    archive = json.loads(Archive.of(report).text)
    verdict, text = verify_archive(archive), text_of(report, language)
    assert verify_document("r.md", text, archive, verdict).differences == ()
    moved = text.replace("[2025-09-08](", "[2025-09-18](")
    assert verify_document("r.md", moved, archive, verdict).differences
