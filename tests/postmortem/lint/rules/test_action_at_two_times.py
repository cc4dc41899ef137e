import pytest

from postmortem.lint.rules.action_at_two_times import RULE


def two_lists(first, second):
    return f"## 타임라인\n- 10:00 오류율 상승\n- {first}\n## 복구 조치\n- {second}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("10:20 읽기 전용 모드 켬", "10:35 읽기 전용 기능을 활성화했다"),
        ("10:20 이전 버전으로 롤백", "10:41: 배포를 원복했다"),
        ("10:20 TTL을 60초로 늘렸다", "오전 10시 50분 캐시 TTL 상향"),
        ("10:20 Failed over to the standby", "10:45 Failover of the database"),
        ("10:20 상태 페이지 게시", "11:10 고객 공지"),
        ("10:20 결제 서버 증설", "10:55 결제 인스턴스 추가"),
        ("10:20 raised the rate limit", "10:40 rate limit increased"),
        ("10:20 vacuumed the sessions table by hand", "10:50 sessions table vacuumed by hand"),
    ],
)
def test_one_act_in_two_lists_at_two_times(first, second, found_by):
    assert found_by(RULE, two_lists(first, second)) == [("action-at-two-times.clock", 5)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("10:20 읽기 전용 모드 켬", "10:21 읽기 전용 기능 활성"),  # rounding
        ("10:20 읽기 전용 모드 켬", "10:50 읽기 전용 모드 해제"),  # the opposite
        ("10:20 결제 서버 재시작", "10:40 주문 서버 재시작"),  # another service
        ("10:20 롤백", "10:40 다시 롤백"),  # told as once more
        ("10:20 Cache TTL raised", "10:40 Cache TTL lowered"),
        ("10:20 오류율 3%", "10:40 오류율 1%"),  # nothing was done
    ],
)
def test_two_acts_are_two(first, second, found_by):
    assert found_by(RULE, two_lists(first, second)) == []


def test_what_one_list_tells_twice_was_done_twice(found_by):
    assert found_by(RULE, "## Timeline\n- 10:20 restarted the worker\n- 10:40 restarted the worker\n") == []


@pytest.mark.parametrize("sentence", ["At 10:45 we rolled back.", "The release was rolled back at 10:45."])
def test_a_sentence_about_one_act_at_another_time(sentence, found_by):
    text = f"## Timeline\n- 10:20 Rolled back the release\n## Resolution\n{sentence}\n"
    assert found_by(RULE, text) == [("action-at-two-times.clock", 4)]


@pytest.mark.parametrize(
    "sentence", ["After the alert at 10:05 we rolled back.", "Between 10:05 and 10:45 we rolled back twice."]
)
def test_a_time_in_a_sentence_may_be_of_something_else(sentence, found_by):
    assert found_by(RULE, f"## Timeline\n- 10:20 Rolled back\n## Resolution\n{sentence}\n") == []


def test_by_a_stated_origin(found_by):
    text = "## Timeline\n- 10:20 Rolled back\n## Resolution\nT+0 is 10:00.\n\n- T+45m rolled back\n"
    assert found_by(RULE, text) == [("action-at-two-times.relative", 6)]


def test_times_of_another_zone_are_the_same(found_by):
    text = "## Timeline (KST)\n- 19:20 KST Rolled back\n## Resolution\n- 10:20 UTC rolled back\n"
    assert found_by(RULE, text) == []
