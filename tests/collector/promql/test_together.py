"""Queries of one shape are evaluated as one, and answer what each answers alone."""

import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels
from collector.promql.limits import Limits
from tests.collector.numbered import NumberedMemory

AT = 600
AS_ONE = [
    'sum(increase(m{g="#"}[5m]))',
    'clamp_min(sum(increase(n{g="#"}[5m])) or sum(increase(m{g="#"}[5m])) * 0, 0)',
    'sum(n{g="#"}) or vector(0)',
    'n{g="#"} or on () vector(time())',
    'm{g="#"} unless on (i) n{g="#"}',
    'm{g="#"} and on () n{g="#",i="a"}',
    'sum by (i) (m{g="#"}) / on () group_left () sum(n{g="#"})',
    'sum without (i) (m{g="#"}) - ignoring (i) sum without (i) (n{g="#"})',
    'm{g="#"} * on (i) group_left (k) n{g="#"}',
    'max(m{g="#"} offset 1m) > bool 2',
    'min_over_time(timestamp(sum(n{g="#"}))[4m:1m])',
    "vector(0.5)",
    "time()",
    "hour()",
    'absent(n{g="#"})',
    'quantile(0.5, m{g="#"})',
    'histogram_quantile(0.5, h_bucket{g="#"})',
    'count by (i) ({__name__=~"m|n",g="#"})',
    'm{g="#",i!="a"}',
    'm{g="#",k=""}',
    '{g="#",i="b"}',
    'shared{} + on () group_left sum(n{g="#"})',
    "shared{} * 2",
    '-(m{g="#"} % 2) ^ 2',
    'avg by (g) (last_over_time(m{g="#"}[2m]))',
]
ALONE = [
    'topk(1, m{g="#"})',
    'scalar(n{g="#"}) + vector(1)',
    'label_replace(m{g="#"}, "x", "y", "i", "a")',
    'sort(m{g="#"})',
    'm{g="#"} @ 60',
    'count_values("v", m{g="#"})',
    'absent_over_time(n{g="#"}[5m])',
    "vector(-0)",
]


@pytest.fixture
def store():
    """Of g0 all is there, g1 has no n, g2 nothing, g3 has another clock."""
    store = NumberedMemory()
    for group, names in [(0, "mn"), (1, "m"), (3, "mn")]:
        for name in names:
            for place, more in enumerate([{"i": "a"}, {"i": "b", "k": "v"}]):
                for turn in range(20):
                    at = 30 * turn + (7 if group == 3 else 0)
                    value = turn * (place + 1) % 7 + group
                    store.append(Labels({"__name__": name, "g": f"g{group}", **more}), 1000 * at, value)
    for bound, count in [("1", 2.0), ("2", 5.0), ("+Inf", 6.0)]:
        store.append(Labels({"__name__": "h_bucket", "g": "g0", "le": bound}), 1000 * AT, count)
    store.append(Labels({"__name__": "shared"}), 1000 * AT, 5.0)
    return store


def asked(query, groups=4):
    return [query.replace("#", f"g{number}") for number in range(groups)]


def as_text(samples):
    return (
        str(samples)
        if isinstance(samples, QueryError)
        else sorted((str(s.labels), str(s.value)) for s in samples)
    )


def check(store, queries, limits=None):
    """Both ways give the same; returns how often samples were selected by number."""
    querier = EmbeddedQuerier(store, limits)
    together = querier.together()
    answers = together.answers([together.read(query) for query in queries], AT)
    selected = store.selected
    assert [as_text(one) for one in answers] == [_alone(querier, query) for query in queries]
    return selected


def _alone(querier, query):
    try:
        return as_text(querier.instant(query, AT))
    except QueryError as error:
        return str(error)


@pytest.mark.parametrize("query", AS_ONE)
def test_alike_queries_answer_as_one_what_they_answer_alone(store, query):
    assert check(store, asked(query)) == query.count("{")


@pytest.mark.parametrize("query", ALONE)
def test_what_could_mix_up_queries_is_evaluated_alone(store, query):
    assert check(store, asked(query)) == 0


def test_numbers_that_differ_make_other_shapes(store):
    assert check(store, ['n{g="g0"} > 1', 'n{g="g0"} > 2', 'n{g="g3"} > 2']) == 1


def test_a_query_that_fails_fails_alone_and_is_kept_apart(store):
    store.append(Labels({"__name__": "n", "g": "g3", "i": "a", "twice": "y"}), 1000 * AT, 1.0)
    querier = EmbeddedQuerier(store)
    together = querier.together()
    reads = [together.read(query) for query in asked('m{g="#"} * on (i) n{g="#"}', 9)]
    for selections in (10, 2):
        store.selected = 0
        answers = together.answers(reads, AT)
        assert [place for place, one in enumerate(answers) if isinstance(one, QueryError)] == [3]
        assert [len(one) for place, one in enumerate(answers) if place != 3] == [2, 0, 0, 0, 0, 0, 0, 0]
        assert store.selected <= selections


def test_a_query_over_its_limit_fails_as_it_does_alone(store):
    for window in ("2m", "5m", "9m"):
        check(store, asked(f'sum_over_time(m{{g="#"}}[{window}])'), Limits(max_samples=30))


def test_a_query_that_cannot_be_read_fails_whenever_it_is_asked(store):
    check(store, ["sum(", "sum(n)", '"text"', "m[5m]"])


def test_series_that_come_later_are_found(store):
    querier = EmbeddedQuerier(store)
    together = querier.together()
    reads = [together.read(query) for query in asked('sum(n{g="#"})')]
    assert not together.answers(reads, AT)[2]
    store.append(Labels({"__name__": "n", "g": "g2"}), 1000 * AT, 8.0)
    (sample,) = together.answers(reads, AT)[2]
    assert (sample.labels, sample.value) == (Labels(), 8.0)
