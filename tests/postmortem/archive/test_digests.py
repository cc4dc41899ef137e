import numpy as np
import pytest

from postmortem.archive.digests import compact, digest, take_digests

CONTENT = {"facts": [{"id": "a", "value": 1.5}], "series": {"x": {"samples": [[1.0, 2.0]]}, "y": {}}}


def test_each_part_has_a_digest_and_each_series():
    assert take_digests(CONTENT) == {
        "facts": digest(CONTENT["facts"]),
        "series": {name: digest(series) for name, series in CONTENT["series"].items()},
    }


def test_digests_are_no_part_of_themselves():
    assert take_digests({**CONTENT, "digests": {}, "digest": "0"}) == take_digests(CONTENT)


def test_samples_have_one_digest_as_numbers_and_as_an_array():
    samples = [[1756861200.0, 0.1], [1756861215.0, 1e-7], [1756861230.0, 12345678.9], [1e16, -0.0]]
    assert compact({"b": np.array(samples), "a": 1}) == compact({"a": 1, "b": samples})


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (None, 0), ("1", 1), (1.5, 1.5000000000000002), ([], {})]
)
def test_any_other_value_has_another_digest(one, other):
    assert digest([one]) != digest([other])


def test_the_order_of_keys_is_no_part_of_it():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
