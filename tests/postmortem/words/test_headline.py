import pytest

from alerts.charts.model import Language
from postmortem.words.headline import headline


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("결제: 예산이 허용 속도의 16.5배로 소진되고 있습니다", "결제: 예산이 허용 속도의 16.5배로 소진"),
        ("요청이 처리 중인 채 하나도 끝나지 않습니다.", "요청이 처리 중인 채 하나도 끝나지 않음"),
        ("결제가 느려지고 있습니다", "결제가 느려지는 중"),
        ("결제: 판단할 데이터가 없습니다", "결제: 판단할 데이터가 없음"),
        ("응답이 느립니다", "응답이 느림"),
        ("상품 상세 느림", "상품 상세 느림"),
        ("아니다", "아니다"),
        ("니다", "니다"),
        ("", ""),
    ],
)
def test_a_polite_sentence_becomes_a_title(text, title):
    assert headline(text, Language.KO) == title


def test_other_languages_stay():
    assert headline("소진되고 있습니다", Language.EN) == "소진되고 있습니다"
