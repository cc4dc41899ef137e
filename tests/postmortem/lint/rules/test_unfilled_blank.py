import pytest

from postmortem.lint.rules.unfilled_blank import RULE


def test_one_finding_with_the_count_at_the_first(draft_of):
    text = "Done.\n\n- [to be written: cause]\n- 담당: 【작성 필요: 담당】, 기한 미정\n"
    findings = list(RULE.check(draft_of(text)))
    assert [(f.line, f.values["count"]) for f in findings] == [(3, 3)]


@pytest.mark.parametrize(
    "text", ["All is said.", "Blanks are marked [to be written].", "업무시간 미정산 건", "Status: TODO"]
)
def test_nothing_is_marked(text, found_by):
    assert found_by(RULE, text) == []
