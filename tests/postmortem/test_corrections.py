import json
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from tests.postmortem.proof import misfits

TEN = 1756861200.0
CPU = "onset:signal:replica_cpu"


def correction(number, text, **attributes):
    at = TEN + 86_400  # a day later, in the review
    attributes = {key.removesuffix("_"): value for key, value in attributes.items()}
    return {
        "id": number, "at": at, "kind": "correction", "author": "박서연", "text": text,
        "incident": "2025-09-03-1", "attributes": attributes,
    }  # fmt: skip


def korean(report):
    return render_markdown(write_document(report, Language.KO, ZoneInfo("Asia/Seoul")))


def row_of(report, name):
    return next(row for row in report.timeline if row.id == name)


def lines(report, text):
    return [line for line in korean(report).splitlines() if text in line]


def test_rows_have_ids_of_their_own(seed_report):
    names = [row.id for row in seed_report.timeline]
    assert len(set(names)) == len(names)
    assert CPU in names


def test_a_corrected_row_shows_who_said_what_and_the_original_under_it(report_on):
    report = report_on([correction(90, "읽기 복제본 CPU 포화", row=CPU)])
    text = korean(report)
    head, original = text.split("읽기 복제본 CPU 포화 (박서연) [정정]")[0:2]
    assert head.splitlines()[-1].startswith("- [2025-09-03 10:0")
    assert original.splitlines()[1].startswith("  - 원래 기록: ")
    assert "읽기 복제본 CPU" in original.splitlines()[1]


def test_the_correction_is_no_row_of_its_own(report_on):
    report = report_on([correction(90, "CPU 포화", row=CPU)])
    assert not [row for row in report.timeline if row.id == "event:90"]
    assert row_of(report, CPU).correction.event.author == "박서연"


@pytest.mark.parametrize("at", [TEN + 510, "2025-09-03T10:08:30+09:00"])
def test_a_row_moves_to_the_time_that_a_person_gives(report_on, at):
    row = row_of(report_on([correction(90, "CPU 포화", row=CPU, at=at)]), CPU)
    assert row.at == row.fact.value == TEN + 510
    assert row.entries[0].at != row.at


def test_a_corrected_time_recomputes_from_the_event(report_on):
    report = report_on([correction(90, "CPU 포화", row=CPU, at=TEN + 510)])
    assert misfits(report.facts(), report.evidence) == []
    assert [row.at for row in report.timeline] == sorted(row.at for row in report.timeline)


def test_a_hidden_row_is_named_with_who_hid_it_and_stays_in_the_archive(report_on):
    report = report_on([correction(90, "배치 작업이었다", hides=CPU)])
    (line,) = lines(report, "사람이 숨긴 줄")
    assert f"`{CPU}` — 배치 작업이었다 (박서연)" in line
    assert not [row for row in korean(report).split("### 영향범위")[0].splitlines() if "CPU 4" in row]
    kept = next(row for row in json.loads(Archive.of(report).text)["timeline"] if row["id"] == CPU)
    assert (kept["is_hidden"], kept["corrected_by"], kept["series"]) == (True, 90, ["signal:replica_cpu"])


def test_the_last_word_counts(report_on):
    report = report_on([correction(90, "배치", hides=CPU), correction(91, "배치가 아니다", row=CPU)])
    row = row_of(report, CPU)
    assert (row.is_hidden, row.correction.event.id, row.correction.replaced) == (False, 91, (90,))
    assert not [row for row in report.timeline if row.id in {"event:90", "event:91"}]


def test_a_correction_that_names_no_row_adds_one(report_on):
    report = report_on([correction(90, "공지를 올렸다", at=TEN + 5400)])
    assert lines(report, "공지를 올렸다 [추가] (박서연)")
    assert row_of(report, "event:90").at == TEN + 5400


@pytest.mark.parametrize("attribute", ["row", "hides"])
def test_a_correction_of_a_row_that_there_is_not_is_no_row_but_told(report_on, attribute):
    report = report_on([correction(90, "오타", **{attribute: "onset:nope"})])
    assert not [row for row in report.timeline if row.word == "correction"]
    (line,) = lines(report, "오타")
    assert line.startswith("가리키는 줄이 없어 적용되지 않은 정정")
    assert "`onset:nope` — 오타 (박서연)" in line


def test_words_of_a_correction_make_no_format(report_on):
    assert "{at} {text}" in korean(report_on([correction(90, "{at} {text}", row=CPU)]))
