import pytest

from postmortem.lint.rules.limit_direction import RULE


def text(cause, remedy):
    return f"## 원인\n- {cause}\n## 액션 아이템\n- {remedy}\n"


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("레이트 리밋이 너무 느슨했다", "레이트 리밋을 올린다"),
        ("서킷 브레이커 임계치가 지나치게 높게 설정", "서킷 브레이커 기준 상향"),
        ("재시도 횟수가 너무 높았다", "재시도 횟수 확대"),
        ("The rate limit was too generous", "Raise the rate limit"),
        ("Timeouts were too long", "Increase timeouts to 30 s"),
        ("The circuit breaker is not strict enough", "Loosen the circuit breaker"),
    ],
)
def test_too_lax_and_loosened(cause, remedy, found_by):
    assert found_by(RULE, text(cause, remedy)) == [("limit-direction.lax", 4)]


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("타임아웃이 너무 짧았다", "타임아웃 단축"),
        ("The connection pool was too small", "Shrink the connection pool"),
        ("The pool limit was too low", "Lower the pool limit"),
    ],
)
def test_too_strict_and_tightened(cause, remedy, found_by):
    assert found_by(RULE, text(cause, remedy)) == [("limit-direction.strict", 4)]


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("레이트 리밋이 너무 느슨했다", "레이트 리밋 하향"),
        ("레이트 리밋이 너무 느슨했다", "레이트 리밋 조정"),
        ("타임아웃이 너무 짧았다", "타임아웃 연장"),
        ("The rate limit was too generous", "Raise the connection pool"),
        ("The connection pool was too small", "Increase the pool size"),
        ("The load was too high", "Raise the rate limit"),
    ],
)
def test_the_right_way_or_another_limit(cause, remedy, found_by):
    assert found_by(RULE, text(cause, remedy)) == []
