import pytest

from postmortem.lint.document import Kind

TEXT = """\
---
title: x
---
# Title

## 영향 범위

First line
and second with `code` and **bold**[^1].

- [x] done
- [ ] open
  wrapped
  1. below

| 항목 | 담당 |
| --- | --- |
| `a` | Kim |

```
10:00 not read
```

[^1]: a source
"""


@pytest.fixture(scope="module")
def document(draft_of):
    return draft_of(TEXT).document


def test_sections_have_roles(document):
    assert [(s.heading, s.line, s.role) for s in document.sections] == [("영향 범위", 6, "scope")]


def test_passages_have_their_lines(document):
    kinds = [(passage.kind.value, passage.line, passage.text) for passage in document.passages]
    assert kinds == [
        ("paragraph", 8, "First line and second with code and bold."),
        ("item", 11, "done"),
        ("item", 12, "open wrapped"),
        ("item", 14, "below"),
        ("row", 18, "a | Kim"),
        ("code", 20, ""),
    ]


def test_a_place_in_a_wrapped_text_has_its_own_line(document):
    paragraph = document.passages[0]
    assert paragraph.line_at(paragraph.text.index("second")) == 9


def test_boxes_children_cells_and_code(document):
    done, outer, inner, row = document.passages[1:5]
    assert (done.is_done, outer.is_done, inner.is_done) == (True, False, None)
    assert outer.children == (inner,)
    assert [(cell.header, cell.text) for cell in row.cells] == [("항목", "a"), ("담당", "Kim")]
    assert row.code == ("a",)


def test_sections_without_a_role_of_their_own_have_that_above(draft_of):
    sections = draft_of("## Action items\n### Short-term (within a week)\n- a\n").document.sections
    assert [(s.role, s.is_own, s.horizon) for s in sections] == [
        ("actions", True, ""),
        ("actions", False, "short"),
    ]


def test_struck_text_and_html_say_nothing(draft_of):
    document = draft_of("Kept ~~struck~~ on.\n\n<!-- 10:00 hidden -->\n").document
    assert [p.text for p in document.passages] == ["Kept  on."]


def test_a_timeline_written_in_lines_has_a_passage_for_each(draft_of):
    passages = draft_of("14:02 UTC — slow\n14:11 failed over\nto the standby\n").document.passages
    assert [(p.line, p.text) for p in passages] == [
        (1, "14:02 UTC — slow"),
        (2, "14:11 failed over"),
        (3, "to the standby"),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "---\n", "|", "- ", "> ", "\ufeff# x\r\ny\r\n"])
def test_any_text_is_a_document(text, draft_of):
    assert all(p.kind in Kind for p in draft_of(text).document.passages)
