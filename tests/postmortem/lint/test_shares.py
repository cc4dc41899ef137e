import pytest

from postmortem.lint.shares import read_shares

AGREE = [
    "4.1% of 30,000 payments (1,230) failed.",
    "4.1% of 30,000 payments (1,244) failed.",  # 4.147%
    "3 of 8 shards (37.5%) were slow.",
    "Of 13,400 tries 18% (2,412) failed: 18% (2,412) of 13,400 tries.",
    "4.1% of about 30,000 payments (1,400) failed.",
    "About 4% of 30,000 payments (1,440) failed.",
    "4.1% of 30k payments (1,240) failed.",
    "결제 30,000건 중 4.1%(1,230건)가 실패했다.",
    "결제 3만 건 중 4.1%(1,300건)가 실패했다.",
    "로그인 실패 2,412건 (전체 시도 13,400건의 18%)",
]
DISAGREE = [
    "We lost 4.1 % of 30,000 payments (1,530).",
    "4.1% of the 30,000 payments, or 1,530 in all, failed.",
    "4.1% of 30,000 payments – 1,530 payments – failed.",
    "4.1% (1,530) of 30,000 payments failed.",
    "1,530 payments (4.1% of 30,000) failed.",
    "1,530 payments failed, 4.1% of the 30,000.",
    "4.1% of about 30,000 payments (1,530) failed.",
    "4.1% of 30k payments (1,530) failed.",
    "1,530 of 30,000 payments (4.1%) failed.",
    "결제 30,000건 중 4.1%(1,530건)가 실패했다.",
    "결제 30,000건의 4.1%인 1,530건이 실패했다.",
    "30,000건의 결제 가운데 4.1%, 1,530건이 실패했다.",
    "결제 1,530건(전체 30,000건의 4.1%)이 실패했다.",
    "결제 30,000건 가운데 1,530건(4.1%)이 실패했다.",
    "결제 3만 건 중 4.1%(1,530건)가 실패했다.",
]
OF_SOMETHING_ELSE = [
    "4.1% of 30,000 payments (3 regions) failed.",
    "4.1% of 30,000 payments (10:15) failed.",
    "4.1% of 30,000 payments (2025-09-03) failed.",
    "4.1% of 30,000 payments (2025) failed.",
    "4.1% of 30,000 payments (p95 3 s) failed.",
    "4.1% of 30,000 payments (5.1% of orders) failed.",
    "4.1% of 30,000 payments failed, 1,530 customers wrote to us.",
    "Over 4.1% of 30,000 payments (1,530) failed.",
    "3 to 4.1% of 30,000 payments (1,000) failed.",
    "The 12% of 30 day error budget (2) was spent.",
    "결제 30,000건 중 4.1%(1,530명)가 실패했다.",
    "결제 30,000건 중 4.1% 이상(1,530건)이 실패했다.",
    "오류율 4.1%, 요청 30,000건, 문의 1,530건",
]


@pytest.mark.parametrize("text", AGREE)
def test_what_rounding_allows_agrees(text):
    shares = list(read_shares(text))
    assert len(shares) == 1
    assert shares[0].agrees()


@pytest.mark.parametrize("text", DISAGREE)
def test_what_it_does_not_allow_disagrees(text):
    assert [share.agrees() for share in read_shares(text)] == [False]


@pytest.mark.parametrize("text", OF_SOMETHING_ELSE)
def test_other_figures_are_no_part_of_a_share(text):
    assert [share for share in read_shares(text) if not share.agrees()] == []
