import pytest

from postmortem.lint.rules.hurt_not_listed import RULE


def text(listed, told):
    return f"## Impact\n- {listed}\n- {told}\n"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("Affected services: upload, search", "Payments failed for 3% of customers"),
        ("Affected services: upload, search", "Failed logins rose"),
        ("Services affected: upload", "Some customers reported delays in booking"),
        ("영향 서비스: 상품, 주문", "결제 시도 지연"),
        ("영향받은 서비스: `order`", "쿠폰 발급 API 오류 증가"),
        ("영향 서비스: 주문", "환불이 실패했다"),
    ],
)
def test_a_hurt_service_that_is_not_listed(listed, told, found_by):
    assert found_by(RULE, text(listed, told)) == [("hurt-not-listed", 3)]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("Affected services: payment", "Payments failed for 3% of customers"),
        ("Affected services: upload", "Search was not affected, and no payment failed"),
        ("Affected services: upload", "Customers paid by other means"),
        ("영향 서비스: `order`", "주문 실패율 8%"),  # one name in both languages
        ("영향 서비스: 주문", "지연에 따른 장바구니 이탈 증가"),  # the cart did not cause it
        ("영향 서비스: 주문", "결제는 정상이었다"),
        ("Affected services: payapi", "4.1% of payments failed; 2 % of all logins were slow"),
        ("Affected services: payapi", "1,530 card payments failed"),
        ("Affected services: payapi", "Failed payments: 1,230 of 30,000"),
    ],
)
def test_listed_or_not_hurt(listed, told, found_by):
    assert found_by(RULE, text(listed, told)) == []


def test_without_a_list_there_is_nothing_to_miss(found_by):
    assert found_by(RULE, "## Impact\nPayments failed.\n") == []


def test_a_service_is_told_once(found_by):
    assert len(found_by(RULE, text("Affected services: upload", "Payments failed; payments were slow"))) == 1


def test_causes_are_no_impact(found_by):
    assert (
        found_by(RULE, "## 영향\n- 영향 서비스: 주문\n## 원인\n- 쿠폰 락 경합, 지갑 오류 처리 미흡\n") == []
    )
