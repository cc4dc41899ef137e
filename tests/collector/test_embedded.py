import math

import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError, StoreError
from collector.memory import MemoryStore


def test_a_time_that_is_none_is_refused():
    with pytest.raises(QueryError, match="not a time"):
        EmbeddedQuerier(MemoryStore()).instant("up", math.nan)


def test_a_store_that_cannot_be_read_is_an_internal_error_without_sql():
    class Unreadable:
        def select(self, matchers, start_ms, end_ms, cuts=None):
            raise StoreError("samples cannot be read: disk I/O error")

    querier = EmbeddedQuerier(Unreadable())
    for ask in (
        lambda: querier.instant("up", 0),
        lambda: querier.range("up", 0, 60, 15),
        lambda: querier.series(["up"], 0, 60),
    ):
        with pytest.raises(QueryError, match="disk I/O error") as caught:
            ask()
        assert caught.value.kind == "internal"
