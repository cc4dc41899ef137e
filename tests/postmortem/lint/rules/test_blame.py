import pytest

from postmortem.lint.rules.blame import RULE


@pytest.mark.parametrize(
    "text",
    [
        "The engineer on call failed to notice the alert.",
        "An operator's mistake took the cluster down.",
        "The team made a costly mistake.",
        "An engineer deleted the table by mistake.",
        "A mistake by the on-call engineer took it down.",
        "A careless junior engineer deployed it.",
        "The manager was too sloppy.",
        "운영자가 실수로 지웠다.",
        "The root cause was human error.",
        "The developer should have tested this.",
        "담당자의 부주의로 설정이 빠졌다.",
        "신입 개발자가 실수로 테이블을 지웠다.",
        "휴먼 에러가 원인이다.",
        "운영자가 경보를 확인했어야 했다.",
        "Kim forgot to add an index.",
        "John Smith carelessly deployed it.",
        "김민수가 인덱스를 빠뜨렸다.",
        "박서연 님이 경보를 놓쳤다.",
    ],
)
def test_blaming_people(text, found_by):
    assert [key for key, _ in found_by(RULE, f"## Causes\n{text}\n")] == ["blame"]


@pytest.mark.parametrize(
    "text",
    [
        "Someone on the team noticed the mistake in the config at 23:55.",
        "The engineer corrected the mistake within a minute.",
        "The mistake in the form was found by an operator.",
        "누군가 설정의 실수를 발견했다.",
        "당직자가 잘못된 설정을 되돌렸다.",
        "Requests failed to resolve the name.",
        "Health checks should have caught it.",
        "The engineer rolled back the release.",
        "Nobody is to blame for a mistake that the tool invites.",
        "The engineer's mistake is not a cause: the form has no check.",
        "동시성 제어가 충분하지 않았다.",
        "잘못된 설정이 배포되었다.",
        "담당자의 실수를 탓하지 않는다.",
        "보호장치가 미흡했다.",
        "The fault was injected by the team.",
        "We forgot that the cache has no limit.",
        "Payments forgot the session after a restart.",
        "Kim noticed that the index was missing, which the form forgot.",
        "서비스가 헤더를 빠뜨렸다.",
        "김민수가 인덱스를 추가했다.",
    ],
)
def test_telling_what_happened(text, found_by):
    assert found_by(RULE, f"## Causes\n{text}\n") == []


def test_the_line_of_the_word(found_by):
    assert found_by(RULE, "## Causes\nThe cache was cold.\nThe operator\nforgot the warm-up.\n") == [
        ("blame", 4)
    ]
