import pytest

from postmortem.digests import digest, sealed, take_digests

CONTENT = {"facts": [{"id": "a", "value": 1.5}], "series": {"x": {"samples": [[1.0, 2.0]]}, "y": {}}}


def test_each_part_has_a_digest_and_each_series():
    digests = sealed(CONTENT)["digests"]
    assert digests == {
        "facts": digest(CONTENT["facts"]),
        "series": {name: digest(series) for name, series in CONTENT["series"].items()},
    }
    assert sealed(CONTENT)["digest"] == digest(digests)


def test_digests_of_a_sealed_archive_are_taken_without_themselves():
    archive = sealed(CONTENT)
    assert take_digests(archive) == archive["digests"]


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (None, 0), ("1", 1), (1.5, 1.5000000000000002), ([], {})]
)
def test_any_other_value_has_another_digest(one, other):
    assert digest([one]) != digest([other])


def test_the_order_of_keys_is_no_part_of_it():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
