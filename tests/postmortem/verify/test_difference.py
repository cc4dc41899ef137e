import pytest

from postmortem.verify.difference import NOTHING, Difference, compare


@pytest.mark.parametrize(
    ("stored", "computed", "places"),
    [
        ({"a": 1.0}, {"a": 1}, []),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, []),
        ({"a": 1.0001}, {"a": 1.0}, ["a"]),
        ({"a": True}, {"a": 1}, ["a"]),
        ({"a": None}, {"a": 0}, ["a"]),
        ({"a": "1"}, {"a": 1}, ["a"]),
        ({"a": 1}, {}, ["a"]),
        ({}, {"a": {"b": 1}}, ["a"]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, ["a[1]", "a[2]"]),
        ({"a": [1]}, {"a": {"b": 1}}, ["a"]),
        ({"a": [{"id": "x", "v": 1}]}, {"a": [{"id": "y", "v": 1}, {"id": "x", "v": 2}]}, ["a[y]", "a[x].v"]),
        ({"a": [{"id": "x", "v": 1}] * 2}, {"a": [{"id": "x", "v": 1}]}, ["a[1]"]),
    ],
)
def test_each_difference_has_its_place(stored, computed, places):
    assert [found.place for found in compare("", stored, computed)] == places


def test_a_difference_says_both_sides():
    assert str(Difference("facts[a].value", 1.5, NOTHING)) == ("facts[a].value: stored 1.5, computed nothing")
    assert Difference("a", 1.5, NOTHING).to_mapping() == {"place": "a", "stored": 1.5}
