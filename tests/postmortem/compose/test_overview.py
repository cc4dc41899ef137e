import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language, Unit
from postmortem.causes.alike import alike
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from postmortem.records import Signal

BUSINESS = Signal(
    name="paid", role="business", service="order", unit=Unit.PER_SECOND, query="x", title={"ko": "결제 완료"}
)


def korean(report, **changed):
    told = replace(report, evidence=replace(report.evidence, **changed))
    return render_markdown(write_document(told, Language.KO, ZoneInfo("Asia/Seoul")))


def signals_of(report, *more):
    found = report.evidence.signals
    kept = [one for one in found.signals if one.role != "business"]
    return found.model_copy(update={"signals": (*kept, *more)})


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        ((BUSINESS,), "비즈니스 지표: 데이터가 없어 판단하지 못했다(결제 완료)"),
        ((), "비즈니스 지표: 신호 지도에 정의되어 있지 않다"),
    ],
)
def test_business_signals_that_are_mapped_are_named_even_without_data(report_without_data, mapped, said):
    signals = signals_of(report_without_data, *mapped)
    assert said in korean(report_without_data, signals=signals)


@pytest.mark.parametrize(("count", "lines"), [(6, 1), (7, 2)])
def test_many_names_stand_in_a_line_for_each_service(seed_report, count, lines):
    missing = {f"signal:raw_{n}": "" for n in range(count - 1)} | {"signal:paid": ""}
    text = korean(seed_report, unavailable=missing, signals=signals_of(seed_report, BUSINESS))
    found = text.split("데이터가 없어 판단하지 못한 지표: ")[1].split("\n- ")[0]
    assert "결제 완료" in found
    assert (len(found.splitlines()) > 1, found.startswith("7개\n")) == (lines > 1,) * 2


def test_nothing_counts_to_none_of_none(seed_report):
    text = korean(seed_report)
    assert "Long-term (4주+): 항목 없음" in text
    assert not re.search(r"\b0/0\b", text)


def test_candidate_causes_are_one_item_to_test(seed_report):
    (row,) = [line for line in korean(seed_report).splitlines() if "재현 시험" in line]
    causes = len(alike(seed_report.ranking.causes)[:3])
    assert causes
    assert row.split(" | ")[1] == ("후보 1" if causes == 1 else f"후보 1~{causes}")
