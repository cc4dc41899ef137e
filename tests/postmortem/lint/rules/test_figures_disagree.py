import pytest

from postmortem.lint.rules.figures_disagree import RULE


def told(row, summary):
    rows = f"- 10:12 {row}\n- 11:00 back to normal (order error rate 0.3%)\n"
    return f"## Timeline\n{rows}## Key figures\n- {summary}\n"


@pytest.mark.parametrize(
    ("row", "summary", "key"),
    [
        ("order error rate 15%", "Peak order error rate: 12%", "worse"),
        ("주문 오류율 15%", "주문 오류율 최고 12%", "worse"),
        ("cache hit rate 20%", "Lowest cache hit rate: 35%", "worse"),
        ("order p99 9 s", "order p99 peaked at 7 s", "worse"),
        ("order error rate 5%", "Order error rate: 8% → 0.9%", "after"),
    ],
)
def test_two_that_cannot_both_be_true(row, summary, key, found_by):
    assert found_by(RULE, told(row, summary)) == [(f"figures-disagree.{key}", 5)]


@pytest.mark.parametrize(
    ("row", "summary"),
    [
        ("order error rate 5%", "Peak order error rate: 12%"),  # between two rows
        ("order error rate 12%", "Peak order error rate: 12.3%"),  # rounded
        ("product error rate 15%", "Peak order error rate: 12%"),  # another service
        ("order p99 9 s", "order p95 peaked at 7 s"),  # another percentile
        ("order error rate 8%", "Order error rate: 8% → 0.3%"),
        ("order error rate 8%", "Order error rate: 8% → below 0.5%"),
    ],
)
def test_two_that_can(row, summary, found_by):
    assert found_by(RULE, told(row, summary)) == []


def test_two_peaks(found_by):
    text = "## Summary\nThe login error rate peaked at 41%.\n## Impact\n- Login error rate: peak 44%\n"
    assert found_by(RULE, text) == [("figures-disagree.peak", 4)]


def test_two_values_of_one_minute(found_by):
    text = "## Timeline\n- 10:12 주문 오류율 8.1%\n## 복구\n- 10:12 주문 오류율 6%\n"
    assert found_by(RULE, text) == [("figures-disagree.moment", 4)]


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("2,300 uploads failed.", "3,200 failed uploads", 1),
        ("2,300 uploads failed.", "2,300 failed uploads", 0),
        ("환불 실패 312건", "환불 312건이 실패했다", 0),
        ("환불 실패 312건", "환불 321건이 실패했다", 1),
        ("환불 실패 312건", "정산 실패 321건", 0),
        ("2,300 uploads failed.", "more than 2,000 uploads failed", 0),
    ],
)
def test_counts_told_twice(first, second, count, found_by):
    assert len(found_by(RULE, f"## Summary\n{first}\n## Impact\n- {second}\n")) == count


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("The error rate after recovery was 0.8 %.", ["figures-disagree.after"]),
        ("복구 후 오류율은 0.8%였다.", ["figures-disagree.after"]),
        ("The error rate after recovery was 0.1 %.", []),
        ("The error rate was 0.8 % before the deployment.", []),
        ("After recovery the objective for the error rate is 0.8 %.", []),
    ],
)
def test_what_a_sentence_says_of_the_time_after(said, keys, found_by):
    rows = "- 05:02 error rate 7 %\n- 05:47 recovered, error rate 0.1 %\n"
    assert [key for key, _ in found_by(RULE, f"## Timeline\n{rows}## Impact\n{said}\n")] == keys


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("Authorization p99", "Card network p99", 0),
        ("카드 승인 p99", "카드사 망 p99", 0),
        ("p99 of the ledger", "p99 of the card network", 0),
        ("Card network p99", "Card network p99", 1),
    ],
)
def test_peaks_of_what_no_lexicon_knows(first, second, count, found_by):
    table = f"| Signal | Worst |\n| - | - |\n| {first} | 6.4 s |\n| {second} | 952 ms |\n"
    assert len(found_by(RULE, f"## Metrics\n\n{table}")) == count
