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
    Language.KO: ("**후보 1: 캐시 `store`의 내용", "   - 이 신호들로는 다음과 구별되지 않음: 캐시 `store`"),
}


@pytest.mark.parametrize("language", Language)
def test_candidates_that_cannot_be_told_apart_are_one(seed_report, language):
    ranking = replace(seed_report.ranking, causes=coarse(recording, MISSES))
    report = replace(seed_report, ranking=ranking)
    text = render_markdown(write_document(report, language, ZoneInfo("Asia/Seoul")))
    head, *lines = text[text.index(TOLD[language][0]) :].splitlines()
    assert lines[0].startswith(TOLD[language][1])
    assert (
        sum("`store`" in line for line in [head, *lines]) == 3
    )  # one, those like it, and the one that is not
