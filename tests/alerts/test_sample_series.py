import pytest

from alerts.sample_series import series_for


@pytest.mark.parametrize(
    ("query", "series"),
    [
        ('sum(busy{job="a"})', ['busy{job="a"}']),
        ('sum(busy{job!="a",le!~"x.*"})', ["busy"]),
        ('sum(busy{job=~"a|b"})', ['busy{job="a"}']),
        ('sum(busy{job=~"(a|b)",path=~"/x/.+"})', ['busy{job="a",path="/x/x"}']),
        ('sum(busy{job="a"}) + sum(waiting)', ['busy{job="a"}', "waiting"]),
        ('sum({__name__="busy"})', ["busy"]),
        ('sum(busy{job=~"[0-9]+"})', []),
        ("sum(busy) - sum(waiting)", []),
        ('sum(busy{job="a"} or busy{job="b"}) by (job)', []),
        ("vector(0)", []),
    ],
)
def test_series_that_a_query_answers(query, series):
    assert [str(labels) for labels in series_for(query, 5.0)] == series
