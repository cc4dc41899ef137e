import numpy as np
import pytest

from alerts.charts.model import Language, Unit
from postmortem.lint.recorded import Recorded, RecordedSeries, Title
from postmortem.lint.review import review
from postmortem.lint.rules.series_disagree import RULE
from postmortem.records import Good

MIDNIGHT = 1756825200.0  # 2025-09-03 00:00 KST
TIMES = MIDNIGHT + np.arange(9.5 * 3600, 11 * 3600, 15.0)
TEN = MIDNIGHT + 36_000


def series(unit, before, during, english, korean, *, good=Good.DOWN):
    """Usual to 10:00, then bad to 10:30."""
    bad = (TIMES >= TEN) & (TIMES < TEN + 1800)
    title = Title({"en": english, "ko": korean}, english)
    return RecordedSeries(title, unit, good, TIMES, np.where(bad, during, before))


RECORDED = Recorded(
    (
        series(Unit.RATIO, 0.005, 0.081, "Order error ratio", "주문 오류율"),
        series(Unit.SECONDS, 0.18, 1.8, "Product detail p95", "상품 상세 p95"),
        series(Unit.RATIO, 0.82, 0.35, "Cache hit ratio", "캐시 적중률", good=Good.UP),
    ),
    9 * 3600.0,
)


def row(text):
    return f"## 타임라인 (KST)\n- 2025-09-03 10:05: {text}\n"


@pytest.mark.parametrize(
    "text",
    [
        "주문 오류율 8.1%",
        "order error rate 8.5%",  # within 10 %
        "`product` p95 180ms → 1.8s",
        "캐시 적중률 82% → 35% 급락",
        "주문 p99 7s",  # not recorded
        "wallet error rate 70%",  # of another service
        "오류율 8%대",
    ],
)
def test_figures_that_were_recorded(text, found_by):
    assert found_by(RULE, row(text), RECORDED) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("주문 오류율 12%", "at"),
        ("`product` p95 180ms → 3.2s", "at"),
        ("`product` p95 90ms → 1.8s", "before"),
        ("캐시 적중률 82% → 60%", "at"),
    ],
)
def test_figures_that_were_not(text, key, found_by):
    assert [key for key, _ in found_by(RULE, row(text), RECORDED)] == [f"series-disagree.{key}"]


@pytest.mark.parametrize(("peak", "count"), [("8.1%", 0), ("9.9%", 1), ("4%", 1)])
def test_a_peak_beside_the_worst_on_record(peak, count, found_by):
    assert len(found_by(RULE, f"## 영향\n- 주문 오류율 최고 {peak}\n", RECORDED)) == count


def test_a_document_without_a_date_is_of_the_day_of_the_record(found_by):
    assert found_by(RULE, "## Timeline (UTC)\n- 01:05 order error rate 12%\n", RECORDED) == [
        ("series-disagree.at", 2)
    ]


CARDS = Recorded(
    (
        series(Unit.RATIO, 0.0, 0.18, "Card authorization error rate", "카드 승인 오류율"),
        series(Unit.RATIO, 0.0, 1.0, "Settlement on time error rate", "정산 적시성 오류율"),
        series(Unit.RATIO, 0.0, 0.34, "Refund error ratio", "환불 오류율"),
    ),
    9 * 3600.0,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("환불이 실패했다. 카드 승인 실패율은 최대 18%, 환불 실패율은 최대 34%였다.", 0),
        ("카드 승인 실패율은 최대 34%였다.", 1),  # that of refunds
        ("환불 실패율은 최대 18%였다.", 1),
        ("정산 배치 강제 종료, 실패율 최대 18%", 0),  # of what is not told
        ("정산 배치 강제 종료, 실패율 최대 50%", 1),  # of none
        ("쿠폰 발급 실패율은 최대 50%", 0),  # not recorded
    ],
)
def test_series_are_known_by_the_words_of_their_titles(text, count, found_by):
    assert len(found_by(RULE, f"## 영향\n{text}\n", CARDS)) == count


@pytest.mark.parametrize(
    ("language", "title"), [(Language.KO, "‘주문 오류율’"), (Language.EN, "“Order error ratio”")]
)
def test_series_are_called_in_the_language_of_the_message(language, title, draft_of):
    complaints = review(draft_of(row("주문 오류율 12%"), RECORDED), language)
    assert [title in c.message for c in complaints if c.rule == "series-disagree"] == [True]


def test_nothing_without_a_record(found_by):
    assert found_by(RULE, row("주문 오류율 99%")) == []
