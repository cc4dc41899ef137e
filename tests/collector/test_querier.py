"""What every Querier does: the embedded one, and the remote one on our HTTP API and on Prometheus."""

import math
import shutil
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette

from collector.api.v1 import routes
from collector.app import Collector
from collector.config import parse_config
from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.importer import import_file
from collector.querier import Querier
from collector.remote import RemoteQuerier
from collector.store.durable import SampleStore
from tests.bench import peers

T = 1_756_861_500  # every 15 s a sample, until two minutes later
PAGE = (
    "# TYPE up gauge\n"
    + "".join(f'up{{job="shop"}} 1 {T + s}\n' for s in range(0, 121, 15))
    + "".join(f'up{{job="stack"}} {int(s < 60)} {T + s}\n' for s in range(0, 121, 15))
    + "# TYPE odd gauge\n"
    + "".join(
        f'odd{{value="{v}",text="a \\"b\\" \\\\ 한국"}} {v} {T}\n' for v in ("NaN", "+Inf", "-Inf", "1e-300")
    )
    + "# EOF\n"
)


@contextmanager
def embedded(folder, page):
    store = SampleStore(folder / "data")
    import_file(page, store)
    yield EmbeddedQuerier(store)
    store.close()


@contextmanager
def on_our_api(folder, page):
    collector = Collector(parse_config({}, "f.yml"), folder / "data")
    import_file(page, collector.store)
    querier = RemoteQuerier(
        "http://fireline", transport=httpx.ASGITransport(Starlette(routes=routes(collector)))
    )
    yield querier
    querier.close()
    collector.stop()


@contextmanager
def on_prometheus(folder, page):
    if shutil.which("prometheus") is None:
        pytest.skip("Debian package prometheus is not installed")
    with peers.prometheus(folder, page) as url:
        querier = RemoteQuerier(url)
        yield querier
        querier.close()


@pytest.fixture(
    scope="module",
    params=[embedded, on_our_api, pytest.param(on_prometheus, marks=pytest.mark.servers)],
    ids=lambda param: param.__name__,
)
def querier(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("querier")
    page = folder / "samples.om"
    page.write_text(PAGE)
    with request.param(folder, page) as querier:
        yield querier


def test_it_is_a_querier(querier):
    speaks: Querier = querier
    assert len(speaks.instant("up", T + 100)) == 2


def test_instant_gives_samples_at_the_time_asked_for(querier):
    (sample,) = querier.instant('up{job="stack"}', T + 100.5)
    assert (str(sample.labels), sample.at, sample.value) == ('up{job="stack"}', T + 100.5, 0.0)


def test_a_scalar_is_a_sample_without_labels(querier):
    (sample,) = querier.instant("1 + 1", T)
    assert (len(sample.labels), sample.at, sample.value) == (0, T, 2.0)


def test_no_sample_is_an_empty_answer(querier):
    assert querier.instant("none", T) == []
    assert querier.range("none", T, T + 60, 15) == []
    assert querier.series(["none"], T, T + 60) == []


def test_a_series_is_gone_five_minutes_after_its_last_sample(querier):
    assert len(querier.instant("up", T + 120 + 299)) == 2
    assert querier.instant("up", T + 120 + 301) == []


def test_values_and_labels_of_every_kind_come_as_they_are(querier):
    found = {sample.labels["value"]: sample for sample in querier.instant("odd", T)}
    assert math.isnan(found["NaN"].value)
    assert [found[v].value for v in ("+Inf", "-Inf", "1e-300")] == [math.inf, -math.inf, 1e-300]
    assert {sample.labels["text"] for sample in found.values()} == {'a "b" \\ 한국'}


def test_range_includes_both_ends(querier):
    (series,) = querier.range("sum(up)", T, T + 120, 60)
    assert (series.times.tolist(), series.values.tolist()) == ([T, T + 60, T + 120], [2.0, 1.0, 1.0])


def test_range_leaves_out_steps_without_a_value(querier):
    (series,) = querier.range('up{job="shop"} and on() (sum(up) > 1)', T, T + 120, 30)
    assert series.times.tolist() == [T, T + 30]


def test_range_may_have_more_points_than_one_answer_of_prometheus(querier):
    (series,) = querier.range('up{job="shop"}', T - 12_000, T + 120, 1)
    assert (series.times[0], series.times[-1], len(series.times)) == (T, T + 120, 121)
    (series,) = querier.range("vector(1)", T - 12_000, T, 1)
    assert (series.times[0], series.times[-1], len(series.times)) == (T - 12_000, T, 12_001)


def test_steps_of_milliseconds_are_kept(querier):
    (series,) = querier.range("vector(time())", T + 0.25, T + 1.25, 0.125)
    assert series.values.tolist() == [T + 0.25 + n / 8 for n in range(9)]


def test_series_lists_label_sets_of_any_selector_in_the_window(querier):
    found = querier.series(['up{job="stack"}', 'up{job=~"s.*"}'], T, T + 120)
    assert [str(labels) for labels in found] == ['up{job="shop"}', 'up{job="stack"}']


@pytest.mark.parametrize("selector", ["1", "sum(up)", "up["])
def test_series_takes_selectors_only(querier, selector):
    with pytest.raises(QueryError):
        querier.series([selector], T, T + 120)


@pytest.mark.parametrize("query", ['"text"', "up[5m]"])
def test_instant_answers_vectors_and_scalars_only(querier, query):
    with pytest.raises(QueryError, match="must be Scalar or instant Vector"):
        querier.instant(query, T)


@pytest.mark.parametrize("query", ["sum(", "up + ", "nosuch(up)", "rate(up)"])
def test_a_wrong_query_is_not_worth_another_try(querier, query):
    for ask in (lambda: querier.instant(query, T), lambda: querier.range(query, T, T + 60, 15)):
        with pytest.raises(QueryError) as caught:
            ask()
        assert (caught.value.kind, caught.value.retryable) == ("bad_data", False)


def test_a_query_that_fails_as_it_is_evaluated_says_so(querier):
    with pytest.raises(QueryError, match="many-to-many") as caught:
        querier.instant("up + on() up", T)
    assert (caught.value.kind, caught.value.retryable) == ("execution", False)


@pytest.mark.parametrize(("start", "end", "step"), [(T, T - 1, 15), (T, T + 60, 0), (T, T + 60, -15)])
def test_a_range_that_is_none_is_refused(querier, start, end, step):
    with pytest.raises(QueryError) as caught:
        querier.range("up", start, end, step)
    assert (caught.value.kind, caught.value.retryable) == ("bad_data", False)
