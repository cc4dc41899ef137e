import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import postings
from collector.postings import LabelValues


@pytest.fixture(autouse=True)
def _sorted_from_few(monkeypatch):
    monkeypatch.setattr(postings, "_FEW_UNSORTED", 3)


def held_by(values):
    held = LabelValues()
    for series, value in enumerate(values):
        held.add(value, series)
    return held


@given(st.lists(st.text("ab", min_size=1, max_size=3), max_size=12), st.text("ab", max_size=2))
def test_values_that_begin_so_are_found_however_they_came(values, prefix):
    held = LabelValues()
    for series, value in enumerate(values):
        held.add(value, series)
        expected = {before for before in values[: series + 1] if before.startswith(prefix)}
        found = held.beginning(prefix)
        assert (set(found), len(found)) == (expected, len(expected))


def test_postings_of_values_that_nothing_has_are_left_out():
    found = held_by(["a", "b", "a"]).of(["a", "nothing"])
    assert [ids.taken().tolist() for ids in found] == [[0, 2]]


def test_values_come_by_first_appearance():
    assert held_by(["b", "a", "b"]).all() == ["b", "a"]
