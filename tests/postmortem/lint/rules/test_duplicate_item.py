import pytest

from postmortem.lint.rules.duplicate_item import RULE


def plan(first, second):
    return f"## Action items\n### Short-term\n- {first}\n### Long-term\n- {second}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("주문/결제 전체에 멱등 키 강제", "결제, 주문 경로에 Idempotency-Key 도입"),
        ("Add idempotency keys to payments and orders", "Make order and payment endpoints idempotent"),
        ("Alert on disk usage above 80%", "Disk usage alert for every host"),
        ("Rotate signing keys automatically every month", "Automatic monthly rotation of signing keys"),
        ("결제 API에 레이트 리밋 적용", "결제 서버 레이트 리밋 도입"),
        (
            "Alert on checkout latency over 1 s (Kim, Feb 1)",
            "Alert on checkout latency over 1 s (Lee, May 2)",
        ),
        ("Reduce the checkout gateway timeout", "Shorten the timeout of the checkout gateway"),
    ],
)
def test_one_demand_in_two_lists(first, second, found_by):
    assert found_by(RULE, plan(first, second)) == [("duplicate-item", 5)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("배너 전 프리워밍 체크리스트 추가", "프리워밍 파이프라인 상시화"),  # another product
        ("Add idempotency keys to payments", "Add idempotency keys to settlement"),  # another service
        (
            "Decide whether `ttl_long` stays on by default",
            "Decide whether `stampede_lock` stays on by default",
        ),
        ("“주문 요청 증가” 가설을 재현 시험으로 확인한다", "“요청 증가” 가설을 재현 시험으로 확인한다"),
        ("Redis 장애 주입 케이스 추가", "Redis 지연 알람 추가"),
        ("Add an alert on pool use", "Raise the alert threshold for pool use to 95%"),
        ("Raise the timeout of the checkout gateway", "Lower the timeout of the checkout gateway"),
        ("결제 API에 레이트 리밋 적용", "결제 서버 레이트 리밋 상향"),
        ("Alert at a checkout p99 of 1 s", "Page at a checkout p99 of 5 s"),
        ("Add an alert on checkout latency over 1 s", "Add an alert on checkout latency over 5 s"),
        ("원장 DB 쿼리 p99에 경보를 둘지 검토한다", "원장 DB CPU에 경보를 둘지 검토한다"),
        (
            "원장 DB 쿼리 p99에 경보 추가 (담당 김지연, 12월 4일)",
            "원장 DB CPU에 경보 추가 (담당 김지연, 12월 4일)",
        ),
        ("원장 DB 커넥션 풀 사용률에 경보를 둘지 검토한다", "원장 DB CPU에 경보를 둘지 검토한다"),
        ("큐 p99 경보 추가 (김지연, 12월 4일)", "디스크 p99 경보 추가 (김지연, 12월 4일)"),
        ("Write a runbook for failover", "Rehearse the failover twice a year"),
    ],
)
def test_two_demands(first, second, found_by):
    assert found_by(RULE, plan(first, second)) == []


def test_the_lines_of_all_are_told_with_those_of_what_is_planned(draft_of):
    item = "- Add idempotency keys to payments and orders\n"
    text = f"## Planned\n{item}## Action items\n### Short-term\n{item}### Long-term\n{item}"
    finding = next(iter(RULE.check(draft_of(text))))
    assert (finding.values["count"], finding.values["lines"]) == (3, "2, 5, 7")


def test_a_list_of_what_is_planned_and_a_table_sum_up(found_by):
    item = "Add idempotency keys to payments and orders"
    table = f"| Action | Owner |\n| - | - |\n| {item} | Kim |\n"
    text = f"## Planned\n- {item}\n## Action items\n- {item}\n\n{table}"
    assert found_by(RULE, text) == []
