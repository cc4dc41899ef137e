import pytest

from postmortem.lint.rules.impossible_percentage import RULE

PLAN = "## Action items\n### Short-term\n- a\n- b\n- c\n- d\n- e\n## Progress\n- Short-term: {state}\n"


@pytest.mark.parametrize(
    "text",
    [
        "오류율이 130%까지 올랐다.",
        "Disk usage: 104%",
        "캐시 적중률 101%",
        "Disk use rose 90% → 120%",
        "Memory grew to 120%",
    ],
)
def test_no_share_is_above_all(text, found_by):
    assert [key for key, _ in found_by(RULE, text)] == ["impossible-percentage.above"]


@pytest.mark.parametrize(
    "text",
    [
        "트래픽이 평소 대비 +300% 늘었다.",
        "Traffic rose to 400% of normal.",
        "CPU 180% (two cores)",
        "Error rate rose by 150%.",
        "Memory rose to 120% of its request.",
        "메모리가 요청량의 120%까지 올랐다.",
        "Disk use grew 120%.",
        "디스크 사용률이 120% 늘었다.",
        "오류 예산 소진 208%",
    ],
)
def test_changes_and_other_measures_may_be(text, found_by):
    assert found_by(RULE, text) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3 of 8 shards (48%) were slow.", 1),
        ("3 of 8 shards (37.5%) were slow.", 0),
        ("4,183 of 169,234 requests (2.5%) failed.", 0),
        ("120건 중 90건(80%)이 결제 문의였다.", 1),
        ("120건 중 90건(75%)이 결제 문의였다.", 0),
        ("70% of five items are done.", 1),
        ("80% of five items are done.", 0),
        ("5개 항목 중 70% 완료", 1),
        ("20% of the 1,000 users", 0),
        ("It spent 12% of the 30 day error budget.", 0),
        ("About 25% of 10 million requests were slow.", 0),
        ("Memory: 40% of 16 GB", 0),
        ("We took 30% of two weeks and 55% of 8 cores.", 0),
        ("5% of 12 orders per second were lost.", 0),
        ("70% of 5 minor items", 1),
        ("25 % of 10 nodes' CPU was used.", 0),
        ("12.5 % of 4 brokers’ disks are full.", 0),
        ("25 % of 10 nodes were down.", 1),
    ],
)
def test_shares_of_counted_things(text, count, found_by):
    assert len(found_by(RULE, text)) == count


def test_a_share_its_base_and_its_count_that_disagree_are_told_with_what_they_come_to(draft_of):
    (finding,) = RULE.check(draft_of("We lost 4.1 % of 30,000 payments (1,530)."))
    assert finding.key == "impossible-percentage.count"
    assert finding.values == {"told": "4.1", "part": "1,530", "whole": "30,000", "real": "5.1"}


@pytest.mark.parametrize(
    ("state", "count"),
    [
        ("70% done", 1),
        ("60% done", 0),
        ("about 78% done", 0),
        ("70% complete (tests left)", 1),
        ("70% likely", 0),
    ],
)
def test_progress_of_a_list(state, count, found_by):
    assert len(found_by(RULE, PLAN.format(state=state))) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("원인별 구성비: 중복 62%, 타임아웃 31%, 스키마 18%", 1),
        ("원인별 구성비: 중복 62%, 타임아웃 31%, 스키마 7%", 0),
        ("Breakdown by cause: timeouts 40%, resets 30%, other 10%", 1),
        ("Breakdown by cause: timeouts 33.3%, resets 33.3%, other 33.3%", 0),
        ("Breakdown by cause: timeouts 40%, resets 30%", 0),  # there may be more
        ("Errors: product 62%, order 71%", 0),  # no parts of one whole
    ],
)
def test_parts_of_a_whole(text, count, found_by):
    assert len(found_by(RULE, text)) == count
