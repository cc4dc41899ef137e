from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postmortem.document import Document, Paragraph, Text
from postmortem.markdown import render_markdown
from postmortem.marks import mark

COMMONMARK = MarkdownIt("commonmark", {"html": True})
PIECES = st.sampled_from(
    ["`", "``", "\\", "<img src=x onerror=y>", "![t](http://e/t.png)", "[a](b)", "c", " "]
)


def rendered(text):
    """Every token of a paragraph with this text, as a CommonMark reader sees it."""
    blocks = (Paragraph(Text(f"before {text} after")),)
    document = Document("en", "Title", "Sources", ("[", "]"), (), blocks, {})
    paragraph = render_markdown(document).split("\n\n")[1]
    return [child for token in COMMONMARK.parse(paragraph) for child in token.children or []]


@given(st.lists(PIECES, max_size=12).map("".join))
def test_text_of_strangers_makes_no_html_image_or_link(text):
    kinds = {token.type for token in rendered(text)}
    assert kinds <= {"text", "text_special", "code_inline", "softbreak"}


def test_figures_are_links_to_how_they_came_about():
    blocks = (Paragraph(Text(f"a `x` of {mark('8%', 'p95.peak')}!{mark('1 s', 'b')}", ("s",))),)
    derived = {
        "p95.peak": Text(f"{mark('9%', 'a')} − 1", ("q",)),
        "a": Text("from `s`", ("s",)),
        "b": Text("b"),
    }
    document = Document(
        "en", "T", "Sources", ("[", "]"), (), blocks, {"s": "S", "q": "Q"}, "Figures", "N", derived
    )
    lines = render_markdown(document).splitlines()
    assert lines[2] == "a `x` of [8%](#f1)\\![1 s](#f2)[^1]"
    assert [line for line in lines if line.startswith("- ")] == [
        '- <a id="f1"></a>**f1** [9%](#f3) − 1[^2]',
        '- <a id="f2"></a>**f2** b',
        '- <a id="f3"></a>**f3** from `s`[^1]',
    ]


def test_code_stays_code_and_all_else_reads_as_written():
    tokens = rendered(r"`orders<p95>` in C:\dir\`x ``y")
    assert [token.content for token in tokens if token.type == "code_inline"] == ["orders<p95>"]
    assert "".join(token.content for token in tokens) == r"before orders<p95> in C:\dir\`x ``y after"
