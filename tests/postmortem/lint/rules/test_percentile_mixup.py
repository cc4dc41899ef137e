import pytest

from postmortem.lint.rules.percentile_mixup import RULE


def told(row, summary):
    return f"## 타임라인\n- 10:12 {row}\n## 지표 요약\n- {summary}\n"


@pytest.mark.parametrize(
    ("row", "summary"),
    [
        ("주문 p99 7s", "주문 p95: 7s → 350ms"),
        ("`order` p99 2.5s", "p95 지연: 상품 1.8s, 주문 2.5s"),
        ("upload p99 1900 ms", "Upload latency (p95) 1.9 s"),
        ("search p50 800ms", "99th percentile of search: 800 ms"),
    ],
)
def test_one_value_at_two_percentiles(row, summary, found_by):
    assert found_by(RULE, told(row, summary)) == [("percentile-mixup.swapped", 4)]


@pytest.mark.parametrize(
    ("row", "summary"),
    [
        ("주문 p99 7s", "주문 p99: 7s → 350ms"),
        ("주문 p99 7s", "상품 p95: 7s → 350ms"),  # another service
        ("주문 p99 7s, 주문 p95 4s", "주문 p95: 4s, p99: 7s"),
        ("주문 p99 2.5s", "주문 p95 < 2.5s"),  # a bound
        ("search p99 500ms", "search p95 200-500ms"),  # a range
    ],
)
def test_figures_that_go_together(row, summary, found_by):
    assert found_by(RULE, told(row, summary)) == []


def test_two_rows_may_be_equal_by_chance(found_by):
    assert found_by(RULE, "## Timeline\n- 10:00 order p95 2.5 s\n- 10:40 order p99 2.5 s\n") == []


def test_a_higher_percentile_is_not_lower(found_by):
    assert found_by(RULE, "## Timeline\n- 10:00 order p95 4 s, p99 2 s\n") == [("percentile-mixup.order", 2)]
    assert found_by(RULE, "## Timeline\n- 10:00 order p95 2 s, p99 4 s\n") == []


@pytest.mark.parametrize(("p99", "keys"), [("3 s", ["percentile-mixup.order"]), ("4 s", [])])
def test_neighbours_in_the_last_digit_are_two_values(p99, keys, found_by):
    text = f"## Timeline\n- 10:00 order p99 was {p99} and p95 was 4 s\n"
    assert [key for key, _ in found_by(RULE, text)] == keys
