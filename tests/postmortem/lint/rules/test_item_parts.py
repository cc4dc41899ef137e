import pytest

from postmortem.lint.rules.item_parts import DATE, OWNER, VERB


def plan(*items):
    return "## Action items\n" + "".join(f"- {item}\n" for item in items)


WHOLE = "Tune the alert (Owner: Kim, due 2026-02-01)"


@pytest.mark.parametrize(
    ("rule", "item"),
    [
        (OWNER, "Tune the alert (due 2026-02-01)"),
        (OWNER, "알람 튜닝 (기한: 2월 1일)"),
        (OWNER, "알람 튜닝 (담당 조직과 협의, 2월 1일)"),
        (OWNER, "Tune the alert (owner to be found, Feb 1)"),
        (DATE, "Tune the alert (Owner: Kim)"),
        (DATE, "알람 튜닝 — 담당: 김하나"),
        (VERB, "Runbook for failover (@kim, due 2026-02-01)"),
        (VERB, "Queue dashboard (Owner: Kim, due 2026-02-01)"),
        (VERB, "정산 지연 대시보드 — 담당: 김하나, 기한: 2026-02-01"),
    ],
)
def test_what_an_item_lacks(rule, item, found_by):
    assert [line for _, line in found_by(rule, plan(WHOLE, item))] == [3]


@pytest.mark.parametrize(
    "item",
    [
        WHOLE,
        "Tune the alert (@kim, by Feb 1)",
        "Tune the alert — Kim, 2026-02-01",
        "알람 튜닝 (담당: 김하나, ~2/1)",
        "알람을 조정한다 (담당 김지연, 12월 4일)",
        "알람을 조정한다 (12월 4일, 담당 플랫폼 팀)",
        "Tune the alert (owner Kim Lee, due 2026-02-01)",
        "알람을 조정한다 @김하나 2월 1일",
        "Rewire the failover path (Owner: Kim, due Q3)",  # a verb that no list has
        "[P1] 용량 산정 기준 수립 (담당: 김하나, 기한: 2026-02-01)",
    ],
)
@pytest.mark.parametrize("rule", [OWNER, DATE, VERB])
def test_items_that_are_whole(rule, item, found_by):
    assert found_by(rule, plan(item)) == []


def test_parts_may_stand_below(found_by):
    text = "## Action items\n- Tune the alert\n  - Owner: Kim\n  - Due: 2026-02-01\n"
    assert found_by(OWNER, text) == found_by(DATE, text) == []


def test_tables_say_it_in_columns(found_by):
    text = (
        "## 재발 방지\n\n| 항목 | 담당 | 기한 |\n| - | - | - |\n| 알람 추가 | 김하나 | |\n| 점검 | | 2/1 |\n"
    )
    assert (found_by(OWNER, text), found_by(DATE, text)) == (
        [("item-without-owner", 6)],
        [("item-without-date", 5)],
    )


def test_a_section_with_an_owner_is_one_item(found_by):
    text = "## Action items\n### Add a circuit breaker\nSteps:\n- read\n\nOwner: Kim\n\nDue: 2026-02-01\n"
    assert found_by(OWNER, text) == found_by(DATE, text) == []


def test_where_all_lack_it_one_finding_says_so(found_by):
    assert found_by(OWNER, plan("Tune the alert", "Add a test")) == [("item-without-owner.all", 2)]


def test_a_marked_blank_is_not_missing(found_by):
    head = "## Action items\n\n| Item | Owner | Due |\n| - | - | - |\n"
    text = head + "| Tune it | [to be written: owner] | TBD |\n"
    assert found_by(OWNER, text) == found_by(DATE, text) == []
