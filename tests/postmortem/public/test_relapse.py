"""What was missed again after its end is told so, in every text for people outside."""

from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.identity import Audience
from postmortem.markdown import render_markdown
from postmortem.public.file import public_mapping
from postmortem.public.told import State, StepKind, tell
from postmortem.report import conclude
from postmortem.writers import write_for
from tests.postmortem.outages import evidence_of, levels, objective
from tests.postmortem.public.conftest import as_read

UTC = ZoneInfo("UTC")
LASTING = ((1200, 0.4), (1500, 0.002), (3000, 0.3))  # 00:20 to 00:25, again from 00:50
PASSING = (*LASTING, (3200, 0.002))


@pytest.fixture(scope="module")
def relapsed():
    return conclude(evidence_of((objective(), levels(0.002, *LASTING)), alarm=1230.0))


@pytest.fixture(scope="module")
def passed():
    return conclude(evidence_of((objective(), levels(0.002, *PASSING)), alarm=1230.0, closed=3550.0))


def said(report, audience):
    return as_read(render_markdown(write_for(audience, report, Language.EN, UTC)))


def test_a_relapse_is_a_state_and_its_end_another(relapsed, passed):
    assert (tell(relapsed).state, tell(relapsed).works_since) == (State.RELAPSED, None)
    assert tell(passed).state is State.OVER
    assert tell(passed).works_since == tell(passed).relapse.ends


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        (Audience.PUBLIC, "Since 00:50 it has again not worked as it should; at 01:00 this was still so."),
        (Audience.PUBLIC, "- 00:50 our service again did not work as it should\n"),
        (Audience.CUSTOMER_DURING, "At 01:00 the problem was there again."),
        (Audience.CUSTOMER_AFTER, "From 1970-01-01 00:20 to [to be written: "),
        (Audience.SUPPORT_DURING, "“It did for a time, but at 01:00 the problem was there again."),
        (Audience.SUPPORT_AFTER, "  - [to be written: whether it works now]"),
    ],
)
def test_a_relapse_that_lasts_is_told(relapsed, audience, text):
    told = said(relapsed, audience)
    assert text in told
    assert "works normally" not in told
    assert "worked normally since" not in told
    assert "mostly recovered since" not in told


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        (Audience.PUBLIC, "did not work as it should, and again from 00:50 to 00:53."),
        (Audience.CUSTOMER_AFTER, "to 00:25, and again from 00:50 to 00:53 (UTC), our service did"),
        (Audience.CUSTOMER_DURING, "Everything has worked normally since 00:53."),
        (Audience.SUPPORT_AFTER, "it has worked normally since 00:53"),
    ],
)
def test_what_was_over_again_works_since_then(passed, audience, text):
    assert text in said(passed, audience)


def test_the_file_and_the_course_have_the_relapse(relapsed):
    kinds = [step.kind for step in tell(relapsed).steps]
    assert kinds.index(StepKind.AGAIN) > kinds.index(StepKind.ENDED)
    file = public_mapping(relapsed, "")
    begins = next(figure for figure in file["figures"] if figure["id"] == file["again"]["start"])
    assert (begins["value"], file["again"]["end"]) == (tell(relapsed).relapse.begins.value, None)
