import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.charts.model import Language
from postmortem.archive import Archive
from postmortem.compose.write import write_document
from postmortem.markdown import render_markdown
from postmortem.report import conclude
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive

SAID = {Language.EN: "of this many requests: [2](", Language.KO: "그때의 요청 [2]("}
SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def report(seed_report):
    """The seed's, with two requests where its objective was missed most."""
    evidence = seed_report.evidence
    name = next(name for name in evidence.series if name.endswith(":peak_events"))
    few = replace(evidence.series[name], values=np.array([2.0]))
    return conclude(evidence.with_series([few]))


@pytest.mark.parametrize("language", Language)
def test_a_highest_share_of_few_requests_is_told_with_their_number(report, seed_report, language):
    archive = Archive.of(report)
    text = render_markdown(write_document(report, language, SEOUL, archive.digest))
    assert text.count(SAID[language]) == 1
    stored = json.loads(archive.text)
    verdict = verify_archive(stored)
    assert verdict.differences == verify_document("r.md", text, stored, verdict).differences == ()
    assert SAID[language][:-3] not in render_markdown(write_document(seed_report, language, SEOUL))
