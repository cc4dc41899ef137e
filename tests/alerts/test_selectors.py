import pytest

from alerts.selectors import Unmatched, seconds_between_samples, unmatched
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore


@pytest.fixture
def querier():
    """Two counters each minute for half an hour; the second is five minutes old."""
    store = MemoryStore()
    for minute in range(31):
        store.append(
            Labels({"__name__": "requests_total", "job": "a", "code": "200"}), minute * 60_000, minute
        )
        if minute > 25:
            store.append(Labels({"__name__": "new_total", "job": "a"}), minute * 60_000, minute)
    return EmbeddedQuerier(store)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ('sum(increase(requests_total{job="a",code=~"5.."}[5m]))', None),
        ('sum(increase(requests_total{job="b",status!="5"}[5m])) or vector(0)', None),
        ('sum(increase(request_total{code=~"5.."}[5m]))', Unmatched("request_total")),
        ('sum(increase(requests_total{status=~"5.."}[5m]))', Unmatched("requests_total", "status")),
        ('sum(increase({__name__=~"requests.*",status="5"}[5m]))', None),
        ("sum(increase(requests_total[5m])) - sum(increase(gone[5m]))", Unmatched("gone")),
    ],
)
def test_what_keeps_a_query_from_ever_matching(querier, query, why):
    assert unmatched(querier, query, 1800.0) == why


def test_how_often_the_series_of_a_query_are_scraped(querier):
    total = "sum(increase(%s[5m]))"
    assert seconds_between_samples(querier, total % "requests_total", 1800.0) == pytest.approx(60, rel=0.1)
    assert seconds_between_samples(querier, total % "new_total", 1800.0) is None
    assert seconds_between_samples(querier, total % "gone", 1800.0) is None


def test_what_is_unmatched_reads_as_a_sentence():
    assert str(Unmatched("a")) == "no series is named a"
    assert str(Unmatched("a", "b")) == "no series of a has the label b"
