import pytest

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
        ("one ` only \\", "one \\` only \\\\"),
    ],
)
def test_a_text_brings_no_markup(text, safe):
    assert escaped(text) == safe


def test_a_cell_ends_no_row():
    assert table_row(["a|b", "c"]) == "| a\\|b | c |"
