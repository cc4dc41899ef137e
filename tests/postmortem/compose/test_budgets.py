import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from postmortem.records import ExcludedTime
from postmortem.report import conclude
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from tests.postmortem.conftest import TEN

MOVE = ExcludedTime(name="database move", author="kim", reason="agreed in May")
ACCOUNT = {
    Language.EN: "without database move (agreed in May; kim) it had [50%]",
    Language.KO: "제외 시간 database move (agreed in May; kim), 빼고",
}
THIN = {Language.EN: "of this many requests: [2](", Language.KO: "그때의 요청 [2]("}


def text_of(report, language, digest=""):
    return render_markdown(write_document(report, language, ZoneInfo("Asia/Seoul"), digest))


@pytest.fixture(scope="module")
def report(seed_report):
    """The seed's, of a server that leaves time out of a budget, and with two requests at the worst."""
    evidence = seed_report.evidence
    first, *others = evidence.slos
    told = first.model_copy(update={"excluded": (MOVE,), "account_left": 0.5, "account_at": TEN})
    name = next(name for name in evidence.series if name.endswith(":peak_events"))
    few = replace(evidence.series[name], values=np.array([2.0]))
    return conclude(replace(evidence.with_series([few]), slos=(told, *others)))


@pytest.mark.parametrize("language", Language)
def test_another_account_and_few_requests_are_told_below_the_counts(report, language):
    archive = Archive.of(report)
    text = text_of(report, language, archive.digest)
    assert (text.count(ACCOUNT[language]), text.count(THIN[language])) == (1, 1)
    stored = json.loads(archive.text)
    assert verify_document("r.md", text, stored, verify_archive(stored)).differences == ()


@pytest.mark.parametrize("language", Language)
def test_where_neither_is_nothing_is_said(seed_report, language):
    text = text_of(seed_report, language)
    assert "fireline alerts budget" not in text
    assert THIN[language].partition("[")[0] not in text
