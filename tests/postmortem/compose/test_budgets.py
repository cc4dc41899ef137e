import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive import Archive
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from postmortem.records import ExcludedTime
from postmortem.report import conclude
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from tests.postmortem.conftest import TEN

MOVE = ExcludedTime(name="database move", author="kim", reason="agreed in May")
SAID = {Language.EN: "without database move (agreed in May; kim) it had [50%]", Language.KO: "database move"}


@pytest.fixture(scope="module")
def report(seed_report):
    evidence = seed_report.evidence
    first, *others = evidence.slos
    told = first.model_copy(update={"excluded": (MOVE,), "account_left": 0.5, "account_at": TEN})
    return conclude(replace(evidence, slos=(told, *others)))


@pytest.mark.parametrize("language", Language)
def test_another_account_of_a_budget_is_told_beside_the_counts(report, seed_report, language):
    archive = Archive.of(report)
    document = write_document(report, language, ZoneInfo("Asia/Seoul"), archive.digest)
    text = render_markdown(document)
    assert text.count(SAID[language]) == 1
    stored = json.loads(archive.text)
    assert verify_document("r.md", text, stored, verify_archive(stored)).differences == ()
    without = render_markdown(write_document(seed_report, language, ZoneInfo("Asia/Seoul")))
    assert "fireline alerts budget" not in without
