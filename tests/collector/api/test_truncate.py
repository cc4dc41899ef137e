import numpy as np

from collector.api.truncate import TRUNCATED, truncated
from collector.labels import Labels
from collector.promql.results import Answer, ScalarResult, VectorResult

BOTH = Answer(VectorResult(0, (Labels({"a": "1"}), Labels({"a": "2"})), np.array([1.0, 2.0])), ("w",))


def test_the_first_series_stay_and_a_warning_joins_the_others():
    cut = truncated(BOTH, 1)
    assert (cut.result.labels, cut.result.values.tolist()) == ((Labels({"a": "1"}),), [1.0])
    assert cut.warnings == ("w", TRUNCATED)


def test_what_is_within_the_limit_stays_as_it_is():
    scalar = Answer(ScalarResult(0, 1.0))
    assert truncated(BOTH, 0) is truncated(BOTH, 2) is BOTH
    assert truncated(scalar, 1) is scalar
