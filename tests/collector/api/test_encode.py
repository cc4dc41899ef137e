import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.api.encode import encode_answer, encode_error, spell_time, spell_values
from collector.labels import Labels
from collector.promql.formatting import format_value
from collector.promql.results import Answer, MatrixResult, Points, ScalarResult, StringResult, VectorResult


@given(st.lists(st.floats(), max_size=6))
def test_values_are_spelled_as_go_spells_them_one_by_one(values):
    assert spell_values(np.array(values, np.float64)) == [format_value(value) for value in values]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (-0.0, "-0"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (math.inf, "+Inf"),
        (0.1, "0.1"),
    ],
)
def test_a_value_has_no_exponent(value, expected):
    assert spell_values(np.array([value])) == [expected]


@pytest.mark.parametrize(
    ("time_ms", "expected"),
    [
        (1500, "1.500"),
        (2000, "2"),
        (0, "0"),
        (1435781430781, "1435781430.781"),
        (-1500, "-1.500"),
        (-5, "-0.005"),
    ],
)
def test_a_time_has_three_decimals_or_none(time_ms, expected):
    assert spell_time(time_ms) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (ScalarResult(1000, 2.0), {"resultType": "scalar", "result": [1, "2"]}),
        (StringResult(1000, 'a"b'), {"resultType": "string", "result": [1, 'a"b']}),
        (
            VectorResult(1500, (Labels({"a": "é"}),), np.array([np.nan])),
            {"resultType": "vector", "result": [{"metric": {"a": "é"}, "value": [1.5, "NaN"]}]},
        ),
        (
            MatrixResult((Points(Labels({"a": "b"}), np.array([0, 1500]), np.array([1.0, np.inf])),)),
            {"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": [[0, "1"], [1.5, "+Inf"]]}]},
        ),
        (MatrixResult(()), {"resultType": "matrix", "result": []}),
    ],
)
def test_every_type_of_result_is_valid_json(result, expected):
    assert orjson.loads(encode_answer(Answer(result))) == {"status": "success", "data": expected}


def test_warnings_and_infos_stand_beside_the_data():
    body = orjson.loads(encode_answer(Answer(ScalarResult(0, 1.0), ("w",), ("i",))))
    assert (body["warnings"], body["infos"]) == (["w"], ["i"])


def test_an_error_names_its_type():
    assert orjson.loads(encode_error("bad_data", "no")) == {
        "status": "error",
        "errorType": "bad_data",
        "error": "no",
    }
