import pytest

from collector.labels import Labels, LabelSets
from collector.promql import remembered
from collector.promql.remembered import Remembered


@pytest.fixture
def named():
    """Notes what it is asked: the values of the label ``a``, joined."""
    asked = []

    def joined(series: LabelSets, separator: str) -> str:
        asked.append(separator)
        return separator.join(labels["a"] for labels in series)

    answering = Remembered(joined)
    answering.asked = asked
    return answering


def sets(*values):
    return LabelSets([Labels({"a": value}) for value in values])


def test_the_same_question_is_answered_from_memory(named):
    assert [named(sets("x", "y"), "-") for _ in range(3)] == ["x-y"] * 3
    assert named(sets("x", "y"), separator="+") == "x+y"
    assert named.asked == ["-", "+"]


def test_the_oldest_answers_go_where_labels_take_much_memory(named, monkeypatch):
    monkeypatch.setattr(remembered, "CAPACITY_BYTES", 50_000)
    for letter in "abcdefab":
        named(sets(letter * 9_000), letter)
        assert named.held_bytes <= 50_000
    assert named.asked == list("abcdefab")
    named(sets("f" * 9_000), "f")
    assert named.asked == list("abcdefab")


def test_what_is_larger_than_the_memory_is_not_kept(named, monkeypatch):
    monkeypatch.setattr(remembered, "CAPACITY_BYTES", 50_000)
    named(sets("x"), "-")
    named(sets("x" * 60_000), "-")
    named(sets("x"), "-")
    assert named.asked == ["-", "-"]
