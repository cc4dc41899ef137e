import pytest

from postmortem.lint.identity import identify


def figure(draft_of, line):
    """Metric, subject, percentile and text of the figures of a row."""
    found = draft_of(f"## Timeline\n- 10:05 {line}\n").figures
    return [(f.metric, f.subject, f.percentile, f.text) for f in found]


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("`product` p95 180ms", [("latency", "product", "p95", "180ms")]),
        ("캐시 적중률 82%", [("hit_ratio", "", "", "82%")]),
        ("주문 API 타임아웃(p99 7s), 오류율 8.1%", [
            ("latency", "order", "p99", "7s"), ("error_ratio", "order", "", "8.1%"),
        ]),
        ("a 5% error rate of logins", [("error_ratio", "login", "", "5%")]),
        ("DB 부하 완화, 오류율 3%대", [("error_ratio", "", "", "3%대")]),
        ("replica CPU above 90%", [("cpu", "replica", "", "above 90%")]),
        ("‘Order availability’ objective: error rate 5%", [("error_ratio", "order", "", "5%")]),
        ("card network p99 952 ms", [("latency", "card network", "p99", "952 ms")]),
        ("p99 of the card network 952 ms", [("latency", "card network", "p99", "952 ms")]),
        ("카드사 망 p99는 210ms", [("latency", "카드사", "p99", "210ms")]),
        ("환불이 실패했다. 카드 승인 실패율은 18%", [("error_ratio", "카드", "", "18%")]),
        ("정산 배치 종료, 실패율 5%", [("error_ratio", "settlement", "", "5%")]),
        ("The overall error rate was 5%", [("error_ratio", "", "", "5%")]),
        ("2,300 uploads failed", [("", "", "", "2,300")]),
        ("at 10:20 on 2025-09-03, T+5m, v2.3", []),
    ],
)  # fmt: skip
def test_what_a_figure_measures(line, figures, draft_of):
    assert figure(draft_of, line) == figures


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("p95 1.8s", 1.75, 1.85),
        ("p95 180 ms", 0.1795, 0.1805),
        ("오류율 3%대", 2.5, 4.0),
        ("오류율 < 0.5%", float("-inf"), 0.55),
        ("CPU 90%+", 89.5, float("inf")),
        ("CPU 45% 이하", float("-inf"), 45.5),
        ("이탈 6~9%", 5.5, 9.5),
    ],
)
def test_what_a_value_may_be(text, low, high, draft_of):
    found = draft_of(text).figures[0]
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_arrows_and_times_in_brackets(draft_of):
    before, after = draft_of("## Timeline\n- 10:05 error rate 1% → 9% (highest at 10:15)\n").figures
    assert (before.place, before.at, before.row_at) == ("before", None, 36_300)
    assert (after.place, after.at, after.row_at) == ("after", 36_900, 36_300)


def test_cells_are_read_with_what_names_them(draft_of):
    head = "| Measure | Before | Peak | Share |\n| - | - | - | - |\n"
    found = draft_of(head + "| Login error rate | 0.2% | 41% | 3% |\n").figures
    assert [(f.metric, f.is_peak) for f in found] == [
        ("error_ratio", False),
        ("error_ratio", True),
        ("", False),
    ]


@pytest.mark.parametrize(
    ("title", "identity"),
    [
        ("Order p99", ("latency", "order", "p99")),
        ("상품 상세 지연 p95", ("latency", "product", "p95")),
        ("Cache hit ratio", ("hit_ratio", "", "")),
        ("읽기 복제본 CPU", ("cpu", "replica", "")),
        ("Card network p99", ("latency", "card network", "p99")),
        ("Approved payments", ("", "", "")),
    ],
)
def test_what_a_series_measures(title, identity, draft_of):
    assert identify(title, draft_of("x").lexicon) == identity


@pytest.mark.parametrize(
    ("line", "is_carried"),
    [("정산 배치 종료, 실패율 5%", True), ("정산 실패율 5%", False), ("실패율 5%", False)],
)
def test_a_service_of_an_earlier_clause_is_carried(line, is_carried, draft_of):
    assert draft_of(f"## Timeline\n- 10:05 {line}\n").figures[0].is_carried is is_carried
