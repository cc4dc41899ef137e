import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.plain_text import is_blank, shortened
from collector.plain_text import plain, plain_line


@pytest.mark.parametrize(
    "text", ["", " \t\n", "\u200b", "\u2060\ufeff\u00ad", "\u3164\u2800", "\ufe0f", "\u202e"]
)
def test_what_nobody_sees_is_blank(text):
    assert is_blank(text)
    assert not is_blank(f"{text}김")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("느림 – 5 %\n\tnext", "느림 – 5 %\n\tnext"),
        ("a\r\nb\rc", "a\nb\ufffdc"),
        ("\x00\x1b\x7f\x85\x9b", "\ufffd" * 5),
        ("\u202a\u202e\u2066\u2069", "\ufffd" * 4),
        ("\u061c\u200e\u200f\u2028\u2029", "\ufffd" * 5),
        ("\u200d\u2065\u206a", "\u200d\u2065\u206a"),
    ],
)
def test_only_what_a_terminal_obeys_is_replaced(text, safe):
    assert plain(text) == safe


def test_a_line_has_no_ends_in_it():
    assert plain_line(" a\r\nb\t\x1b[2J c\n") == "a b \ufffd[2J c"


@given(st.text(), st.integers(3, 20))
def test_what_is_cut_keeps_its_begin_and_fits(text, limit):
    cut = shortened(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
