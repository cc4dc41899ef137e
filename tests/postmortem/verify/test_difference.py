import pytest

from postmortem.verify.difference import NOTHING, Difference, compare


@pytest.mark.parametrize(
    ("stored", "computed", "places"),
    [
        ({"a": 1.0}, {"a": 1}, []),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, ["a"]),
        ({"a": 1756861200.001}, {"a": 1756861200.0}, ["a"]),
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


def fact(value, unit="ratio", **source):
    return {"id": "x", "value": value, "unit": unit, "source": source}


@pytest.mark.parametrize("source", [{"operation": "quotient"}, {"operation": "worth"}, {"reduction": "mean"}])
def test_figures_that_are_divided_may_be_rounded_otherwise(source):
    one, other = fact(0.1 + 0.2, **source), fact(0.3, **source)
    assert [*compare("", one, other)] == []
    assert [*compare("", fact(0.3 + 1e-8, **source), other)]


@pytest.mark.parametrize(
    ("unit", "source"),
    [
        ("timestamp", {"operation": "quotient"}),
        ("seconds", {"operation": "difference"}),
        ("count", {"operation": "sum"}),
        ("ratio", {"reduction": "median"}),
        ("ratio", {"kind": "slo"}),
    ],
)
def test_all_other_figures_are_exact(unit, source):
    assert [*compare("", fact(0.1 + 0.2, unit, **source), fact(0.3, unit, **source))]


def test_a_difference_says_both_sides():
    assert str(Difference("facts[a].value", 1.5, NOTHING)) == ("facts[a].value: stored 1.5, computed nothing")
    assert Difference("a", 1.5, NOTHING).to_mapping() == {"place": "a", "stored": 1.5}
