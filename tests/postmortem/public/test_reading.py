import pytest

from postmortem.public.reading import apart, folded, has_lookalikes


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Ｏrders", "orders"), ("re\u200bplica", "replica"), ("Réplica", "replica"),
        ("a\u2013b", "a-b"), ("복제본을", "복제본을"),
    ],
)  # fmt: skip
def test_a_text_is_folded_to_how_it_reads(text, read):
    assert folded(text) == read


@pytest.mark.parametrize(
    ("read", "split"),
    [("kim이", "kim 이"), ("새replica를", "새 replica 를"), ("cache_hits는", "cache_hits 는")],
)
def test_latin_words_end_where_hangul_begins(read, split):
    assert apart(read) == split


@pytest.mark.parametrize(
    ("read", "has_any"), [("replic\u0430", True), ("\u03bfrders", True), ("orders 주문 5", False)]
)
def test_letters_that_resemble_latin_ones_are_seen(read, has_any):
    assert has_lookalikes(read) is has_any
