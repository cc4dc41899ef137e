import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.plain_text import plain, shortened


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("느림 – 5 %\n\tnext", "느림 – 5 %\n\tnext"),
        ("a\r\nb\rc", "a\nb\ufffdc"),
        ("\x00\x1b\x7f\x85\x9b", "\ufffd" * 5),
        ("\u202a\u202e\u2066\u2069", "\ufffd" * 4),
        ("\u200d\u2065\u206a", "\u200d\u2065\u206a"),
    ],
)
def test_only_what_a_terminal_obeys_is_replaced(text, safe):
    assert plain(text) == safe


@given(st.text(), st.integers(3, 20))
def test_what_is_cut_keeps_its_begin_and_fits(text, limit):
    cut = shortened(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
