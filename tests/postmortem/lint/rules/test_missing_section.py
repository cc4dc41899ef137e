import pytest

from postmortem.lint.rules.missing_section import REQUIRED, RULE

ENGLISH = {
    "timeline": "Timeline",
    "impact": "Impact",
    "causes": "Root cause",
    "mitigations": "Resolution",
    "actions": "Action items",
}
KOREAN = {
    "timeline": "타임라인",
    "impact": "영향 범위",
    "causes": "장애 원인",
    "mitigations": "조치 내용",
    "actions": "재발 방지 대책",
}


def text(headings):
    return "# Incident\n" + "".join(f"## {heading}\nText.\n" for heading in headings)


@pytest.mark.parametrize("headings", [ENGLISH, KOREAN])
def test_all_are_there(headings, found_by):
    assert found_by(RULE, text(headings.values())) == []


@pytest.mark.parametrize("headings", [ENGLISH, KOREAN])
@pytest.mark.parametrize("name", REQUIRED)
def test_one_is_missing(headings, name, found_by):
    left = [heading for role, heading in headings.items() if role != name]
    assert found_by(RULE, text(left)) == [(f"missing-section.{name}", 1)]


@pytest.mark.parametrize("heading", ["What was done", "Actions taken", "How it was fixed", "한 일"])
def test_other_headings_of_what_was_done_to_recover(heading, found_by):
    assert found_by(RULE, text((ENGLISH | {"mitigations": heading}).values())) == []


def test_a_label_tells_it_too(found_by):
    left = [heading for role, heading in ENGLISH.items() if role != "impact"]
    assert found_by(RULE, text(left) + "\n**Impact**: 1,200 users saw errors.\n") == []


def test_a_heading_alone_is_empty(found_by):
    headings = [heading for heading in ENGLISH.values() if heading != "Impact"]
    assert found_by(RULE, "## Impact\n" + text(headings)) == [("missing-section.empty", 1)]


def test_bold_lines_are_headings(found_by):
    assert found_by(RULE, "".join(f"**{heading}**\n\nText.\n\n" for heading in ENGLISH.values())) == []
