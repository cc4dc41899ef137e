import pytest
from markdown_it import MarkdownIt

from alerts.markdown import escaped, table_row


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ('5 % of `up{job="a"}`', '5 % of `up{job="a"}`'),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ("[a](http://evil)", "[a]\\(http://evil)"),
        ("![a](http://evil)", "![a]\\(http://evil)"),
        ("[a][b]", "[a]\\[b]"),
        ("a\n# b\r\n| c", "a # b | c"),
        ("\x1b[2Ja\u202eb", "\ufffd[2Ja\ufffdb"),
        ("# h", "\\# h"),
        ("###### h", "\\###### h"),
        ("#1 of 2", "#1 of 2"),
        ("> q", "\\> q"),
        (">q", "\\>q"),
        ("1) x", "1\\) x"),
        ("23. x", "23\\. x"),
        ("1.5 x, 2. y", "1.5 x, 2. y"),
        ("- x", "\\- x"),
        ("* x", "\\* x"),
        ("-5 % of it", "-5 % of it"),
        ("**b** x", "**b** x"),
        ("---", "\\---"),
        ("_ _ _", "\\_ _ _"),
        ("~~~ x", "\\~~~ x"),
        ("[x]: http://evil", "\\[x]: http://evil"),
        ("[^1]: note", "\\[^1]: note"),
        ("[x] done", "\\[x] done"),
        ("[a] b: c", "[a] b: c"),
        ("one ` only \\", "one \\` only \\\\"),
    ],
)
def test_a_text_brings_no_markup(text, safe):
    assert escaped(text) == safe


def test_a_cell_ends_no_row():
    assert table_row(["a|b", "c"]) == "| a\\|b | c |"


@pytest.mark.parametrize("text", ["# h", "> q", "1) x", "2. x", "+ x", "***", "[x]: http://evil", "~~~", "x"])
@pytest.mark.parametrize("before", ["", "- ", "1. ", "> "])
def test_a_text_is_a_paragraph_wherever_a_block_begins(text, before):
    kinds = {token.type for token in MarkdownIt("commonmark").parse(before + escaped(text))}
    around = {token.type for token in MarkdownIt("commonmark").parse(before + "plain")}
    assert kinds == around
