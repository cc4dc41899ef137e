from dataclasses import replace

import pytest

from collector.errors import QueryError
from postmortem.verify.live import check_server


class Server:
    """The seed's querier, with something the matter."""

    def __init__(self, querier, *, drop=0, error=None):
        self.querier, self.drop, self.error = querier, drop, error

    def range(self, *asked):
        if self.error:
            raise self.error
        answer = self.querier.range(*asked)
        return [replace(s, times=s.times[self.drop :], values=s.values[self.drop :]) for s in answer]

    def instant(self, *asked):
        return self.querier.instant(*asked)


@pytest.fixture
def series(seed_report):
    return seed_report.evidence.series


def places(series, server):
    return [found.place for found in check_server(series, server)]


def test_a_server_that_answers_as_before_has_no_difference(series, seed_querier):
    assert places(series, seed_querier) == []


def test_another_value_is_told_with_its_time(series, seed_querier):
    one = series["signal:traffic"]
    values = one.values.copy()
    values[7] *= 1.5
    (found,) = check_server({one.id: replace(one, values=values)}, seed_querier)
    assert str(found).endswith(f"(the first of 1 at {one.times[7]})'")


def test_samples_that_are_gone_are_told(series, seed_querier):
    one = series["signal:traffic"]
    (found,) = check_server({one.id: one}, Server(seed_querier, drop=3))
    assert (found.stored.split()[0], found.computed.split()[0]) == ("417", "414")


def test_a_series_of_several_is_known_by_its_labels(seed_querier, series):
    one = series["signal:traffic"]
    query = "sum by (cache, result) (rate(cache_requests_total[45s]))"
    kept = seed_querier.range(query, one.start, one.end, one.step_seconds)
    several = {
        f"signal:x{s.labels}": replace(
            one, id=f"signal:x{s.labels}", query=query, times=s.times, values=s.values
        )
        for s in kept
    }
    assert len(several) == 2
    assert places(several, seed_querier) == []


def test_what_the_server_has_against_a_query_is_a_difference(series, seed_querier):
    one = series["signal:traffic"]
    (found,) = check_server({one.id: one}, Server(seed_querier, error=QueryError("no such function")))
    assert found.computed == "no such function"


def test_a_server_that_is_away_is_no_difference(series, seed_querier):
    away = QueryError("timed out", kind="unavailable")
    with pytest.raises(QueryError):
        places(series, Server(seed_querier, error=away))
