from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from tests.postmortem.causes.conftest import recording
from tests.postmortem.causes.test_alike import MISSES, coarse

TOLD = {
    Language.EN: ("**Candidate 1: what `store`", "   - Fitting these signals as well: `store` (a cache)"),
    Language.KO: ("**후보 1: 캐시 `store`의 내용", "   - 이 지표들로는 다음과 구별되지 않음: 캐시 `store`"),
}


@pytest.mark.parametrize("language", Language)
def test_candidates_that_cannot_be_told_apart_are_one(seed_report, language):
    ranking = replace(seed_report.ranking, causes=coarse(recording, MISSES))
    report = replace(seed_report, ranking=ranking)
    text = render_markdown(write_document(report, language, ZoneInfo("Asia/Seoul")))
    head, *lines = text[text.index(TOLD[language][0]) :].splitlines()
    assert lines[0].startswith(TOLD[language][1])
    told = [line for line in [head, *lines] if "`store`" in line]
    assert len(told) == 5  # one, those like it, the one that is not, and what both have to do with the hurt


def korean(report):
    return render_markdown(write_document(report, Language.KO, ZoneInfo("Asia/Seoul")))


@pytest.mark.parametrize(
    ("felt_by", "said"),
    [
        (("replica",), "`replica` 자신의 지표다(신호 지도)"),
        (("replica", "product"), "`replica` 자신의 지표다. `product`도 `replica`에 의존한다(신호 지도)"),
        (("product",), "`product`가 `replica`에 의존한다(신호 지도)"),
        (("coupon",), "영향받은 서비스 가운데 `replica`에 의존하는 것이 없다(신호 지도)"),
    ],
)
def test_how_those_who_were_hurt_stand_on_the_part_is_told(seed_report, felt_by, said):
    cause = next(c for c in seed_report.ranking.causes if c.part == "replica")
    subject = seed_report.ranking.hurt.subjects[0]
    felt = [replace(subject, signal=subject.signal.model_copy(update={"service": name})) for name in felt_by]
    hurt = replace(seed_report.ranking.hurt, subjects=tuple(felt))
    told = replace(seed_report, ranking=replace(seed_report.ranking, hurt=hurt, causes=(cause,)))
    assert f"의존 관계: {said}" in korean(told)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("traffic.surge", "근거 가운데 가장 먼저 변한 지표: 상품 상세 요청량, 영향의 변곡점보다 "),
        ("cache.emptied", "근거 가운데 가장 먼저 변한 지표: 캐시 적중률, 영향의 변곡점과 같은 시점(차이 "),
        ("replica.saturated", "근거 가운데 가장 먼저 변한 지표: 읽기 복제본 CPU, 영향의 변곡점보다 "),
    ],
)
def test_when_the_evidence_turned_is_held_against_the_impact(seed_report, name, said):
    cause = next(c for c in seed_report.ranking.causes if c.id == name)
    assert said in korean(replace(seed_report, ranking=replace(seed_report.ranking, causes=(cause,))))
