"""Our own reports: nothing but the blanks that they mark."""

from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.compose.write import write_document
from postmortem.lint.recorded import from_evidence
from postmortem.lint.review import review
from postmortem.markdown import render_markdown

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module", params=list(Language))
def text(request, seed_report):
    return render_markdown(write_document(seed_report, request.param, SEOUL))


def test_a_generated_report_lacks_only_what_people_must_write(text, draft_of):
    complaints = review(draft_of(text))
    assert [complaint.rule for complaint in complaints] == ["unfilled-blank"]
    assert "35" in complaints[0].message


def test_its_figures_are_those_of_the_series(text, draft_of, seed_report):
    recorded = from_evidence(seed_report.evidence, SEOUL)
    assert [c.rule for c in review(draft_of(text, recorded))] == ["unfilled-blank"]


def test_a_figure_that_somebody_changed_is_found(seed_report, draft_of):
    text = render_markdown(write_document(seed_report, Language.EN, SEOUL))
    recorded = from_evidence(seed_report.evidence, SEOUL)
    changed = text.replace("[35%]", "[52%]", 1)
    assert "series-disagree" in {c.rule for c in review(draft_of(changed, recorded))}
