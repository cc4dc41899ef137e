import numpy as np
import pytest

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.parts import MAX_POINTS, pinned


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("x @ end()", "x @ 7.250"),
        ("rate(x[1m] @start ( )) - y @end()", "rate(x[1m] @ -5.000) - y @ 7.250"),
        ('x{a="@ end()"} @ end()', 'x{a="@ end()"} @ 7.250'),
        ("x @ # c\n end( )", "x @ 7.250"),
        ("x # @ end()\n + x", "x # @ end()\n + x"),
        ("start + end", "start + end"),
    ],
)
def test_the_edges_of_a_query_are_times(query, expected):
    assert pinned(query, -5, 7.25) == expected


def test_the_edges_are_those_of_the_whole_range_in_every_part():
    store, seconds = MemoryStore(), np.arange(MAX_POINTS + 501)
    store.append_column(Labels({"__name__": "x"}), seconds * 1000, seconds.astype(np.float64))
    (series,) = EmbeddedQuerier(store).range("x @ end() - x @ start()", 0, MAX_POINTS + 500, 1)
    assert set(series.values.tolist()) == {MAX_POINTS + 500.0}
