import gzip

import httpx
import numpy as np
import orjson
import pytest
import stamina

from collector.config_http import Authorization, HttpClientConfig
from collector.errors import QueryError
from collector.labels import Labels
from collector.parts import MAX_POINTS
from collector.remote import RemoteQuerier


@pytest.fixture(autouse=True)
def at_once():
    with stamina.set_testing(True, attempts=3):
        yield


class Engine:
    """Answers from a list, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, request):
        form = httpx.QueryParams(request.content.decode() or request.url.query.decode())
        self.asked.append((request.method, request.url.path, dict(form.multi_items())))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def querier(self, **options):
        return RemoteQuerier("http://prom/x/", transport=httpx.MockTransport(self), **options)


class Packed(httpx.AsyncByteStream):
    def __init__(self, content):
        self.content = content

    async def __aiter__(self):
        yield self.content


def success(data):
    return httpx.Response(200, content=orjson.dumps({"status": "success", "data": data}))


def vector(*values):
    result = [{"metric": {"__name__": "up", "i": str(n)}, "value": [5.5, v]} for n, v in enumerate(values)]
    return success({"resultType": "vector", "result": result})


def matrix(points):
    return success({"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": points}]})


def test_an_instant_query_is_posted_and_read():
    engine = Engine(vector("1", "+Inf"))
    samples = engine.querier().instant("up", 5.5)
    assert engine.asked == [("POST", "/x/api/v1/query", {"query": "up", "time": "5.5"})]
    assert [(sample.labels["i"], sample.at, sample.value) for sample in samples] == [
        ("0", 5.5, 1.0),
        ("1", 5.5, np.inf),
    ]


def test_a_scalar_is_one_sample_without_labels():
    (sample,) = Engine(success({"resultType": "scalar", "result": [1, "2"]})).querier().instant("1+1", 1)
    assert (sample.labels, sample.value) == (Labels(), 2.0)


def test_a_long_range_is_asked_in_parts_and_joined():
    engine = Engine(matrix([[0, "1"]]), matrix([[MAX_POINTS * 15, "2"]]))
    (series,) = engine.querier().range("up", 0, MAX_POINTS * 15, 15)
    assert series.times.tolist() == [0.0, MAX_POINTS * 15.0]
    windows = [(form["start"], form["end"]) for _, _, form in engine.asked]
    assert windows == [("0", str((MAX_POINTS - 1) * 15)), (str(MAX_POINTS * 15), str(MAX_POINTS * 15))]


def test_what_an_engine_rounds_a_range_to_is_cut_to_what_was_asked():
    engine = Engine(matrix([[-10, "0"], [0, "1"], [15.0004, "2"], [30, "3"]]))
    (series,) = engine.querier().range("up", 0, 15, 15)
    assert (series.times.tolist(), series.values.tolist()) == ([0.0, 15.0004], [1.0, 2.0])


def test_a_series_beside_the_range_alone_is_none():
    assert Engine(matrix([[30, "3"]])).querier().range("up", 0, 15, 15) == []


@pytest.mark.parametrize("at", [-15.01, 30.01, 1_700_000_000])
def test_samples_of_another_time_are_no_answer(at):
    with pytest.raises(
        QueryError, match=r"^http://prom/x: result: expected samples from 0\.000 to 15\.000, f"
    ):
        Engine(matrix([[at, "3"]])).querier().range("up", 0, 15, 15)


def test_series_are_labels():
    (labels,) = Engine(success([{"__name__": "up", "job": "a"}])).querier().series(["up"], 0, 1)
    assert str(labels) == 'up{job="a"}'


@pytest.mark.parametrize("failure", [httpx.Response(502), httpx.Response(429), httpx.ConnectError("refused")])
def test_a_failure_that_may_pass_is_tried_again(failure):
    assert Engine(failure, vector("1")).querier().instant("up", 1)


def test_an_engine_that_stays_away_is_unavailable():
    down = httpx.Response(503, json={"status": "error", "error": "http://theirs: refused"})
    with pytest.raises(QueryError, match="HTTP status 503: http://theirs: refused") as failed:
        Engine(*[down] * 3).querier().instant("up", 1)
    assert (failed.value.kind, failed.value.retryable) == ("unavailable", True)


@pytest.mark.parametrize(("status", "kind"), [(400, "bad_data"), (422, "execution"), (503, "timeout")])
def test_a_query_that_is_refused_is_not_asked_again(status, kind):
    body = orjson.dumps({"status": "error", "errorType": kind, "error": "no good"})
    engine = Engine(httpx.Response(status, content=body))
    with pytest.raises(QueryError, match="no good") as failed:
        engine.querier().instant("up", 1)
    assert (failed.value.kind, failed.value.retryable, len(engine.asked)) == (kind, False, 1)


def test_what_is_no_prometheus_is_named():
    with pytest.raises(QueryError, match="expected JSON of the Prometheus API"):
        Engine(httpx.Response(200, text="<html>")).querier().instant("up", 1)


def test_an_answer_that_unpacks_to_too_much_is_refused_by_name():
    bomb = httpx.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=Packed(gzip.compress(bytes(1 << 24)))
    )
    expected = r"^http://prom/x: expected an answer of at most 64 KiB, found a longer one$"
    with pytest.raises(QueryError, match=expected):
        Engine(bomb).querier(most_bytes=1 << 16).instant("up", 1)


ITEM = {"metric": {"a": "b"}, "value": [1, "2"]}
LINE = {"metric": {"a": "b"}, "values": [[1, "2"]]}


def of(kind, result):
    return {"resultType": kind, "result": result}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        of(None, []),
        of([], []),
        of("vector", None),
        of("vector", {"a": 1}),
        of("vector", [None]),
        of("vector", ["x"]),
        of("vector", [{**ITEM, "metric": None}]),
        of("vector", [{**ITEM, "metric": [["a", "b"]]}]),
        of("vector", [{**ITEM, "metric": {"a": 1}}]),
        of("vector", [{**ITEM, "value": None}]),
        of("vector", [{**ITEM, "value": [1]}]),
        of("vector", [{**ITEM, "value": [None, "2"]}]),
        of("vector", [{**ITEM, "value": ["NaN", "2"]}]),
        of("vector", [{**ITEM, "value": [1, "much"]}]),
        of("vector", [{**ITEM, "value": [1, None]}]),
        of("vector", [{"metric": {}, "histogram": [1, {"count": "5"}]}]),
        of("scalar", None),
        of("scalar", [1]),
        of("scalar", [1, {}]),
    ],
)
def test_an_instant_answer_of_another_shape_is_one_line(data):
    with pytest.raises(QueryError, match=r"^http://prom/x: .*expected ") as failed:
        Engine(success(data)).querier().instant("up", 1)
    assert (failed.value.kind, failed.value.retryable) == ("internal", False)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [LINE],
        of("matrix", None),
        of("matrix", [ITEM]),
        of("matrix", [{**LINE, "metric": {"a": None}}]),
        of("matrix", [{**LINE, "values": None}]),
        of("matrix", [{**LINE, "values": {"ab": 1}}]),
        of("matrix", [{**LINE, "values": [1, 2]}]),
        of("matrix", [{**LINE, "values": [[1, "2"], [None, "3"]]}]),
        of("matrix", [{**LINE, "values": [["NaN", "2"]]}]),
        of("matrix", [{**LINE, "values": [[[1], "2"]]}]),
        of("matrix", [{**LINE, "values": [[1, "x"]]}]),
        of("matrix", [{**LINE, "values": [[2, "1"], [1, "1"]]}]),
        of("matrix", [{**LINE, "values": [[1, "1"], [1, "1"]]}]),
    ],
)
def test_a_range_of_another_shape_is_one_line(data):
    with pytest.raises(QueryError, match=r"^http://prom/x: .*expected "):
        Engine(success(data)).querier().range("up", 0, 15, 15)
    with pytest.raises(QueryError, match=r"^http://prom/x: .*expected "):
        Engine(success(data)).querier().raw("up", 0, 15)


@pytest.mark.parametrize("data", [None, {}, "x", [1], [{"a": 1}], [["a"]]])
def test_series_of_another_shape_are_one_line(data):
    with pytest.raises(QueryError, match=r"^http://prom/x: result: expected "):
        Engine(success(data)).querier().series(["up"], 0, 1)


def test_a_series_without_a_point_is_none():
    answer = success(of("matrix", [{"metric": {}, "values": []}, LINE]))
    assert [str(one.labels) for one in Engine(answer).querier().range("up", 0, 15, 15)] == ['{a="b"}']


def test_the_place_of_what_is_wrong_is_told():
    with pytest.raises(QueryError, match="expected a sample with metric and value at place 1 of the list"):
        Engine(success(of("vector", [ITEM, {}, ITEM]))).querier().instant("up", 1)


@pytest.mark.parametrize("status", [400, 503])
def test_a_servers_words_are_one_plain_line(status):
    said = {"status": "error", "errorType": ["execution"], "error": "\x1b]0;owned\x07a\nb\u202e" + "c" * 9999}
    with pytest.raises(QueryError) as failed:
        Engine(*[httpx.Response(status, json=said)] * 3).querier().instant("up", 1)
    assert "\ufffd]0;owned\ufffda b\ufffdccc" in str(failed.value)
    assert (str(failed.value).isprintable(), len(str(failed.value)) < 1200) == (True, True)


@pytest.mark.parametrize("kind", ["matrix", "string"])
def test_an_answer_of_another_type_names_who_gave_it(kind):
    with pytest.raises(QueryError, match=f"^http://prom/x: expected a vector or a scalar, found a {kind} "):
        Engine(success(of(kind, [LINE]))).querier().instant("up", 1)


def test_headers_such_as_a_tenant_are_sent():
    seen = {}

    def handler(request):
        seen.update(request.headers)
        return vector("1")

    querier = RemoteQuerier(
        "http://prom", headers={"X-Scope-OrgID": "t1"}, transport=httpx.MockTransport(handler)
    )
    querier.instant("up", 1)
    assert seen["x-scope-orgid"] == "t1"


def test_a_secret_that_goes_away_fails_the_query(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s")
    querier = Engine().querier(config=HttpClientConfig(authorization=Authorization(credentials_file=secret)))
    secret.unlink()
    with pytest.raises(QueryError, match="expected a file with a secret"):
        querier.instant("up", 1)


def test_raw_samples_leave_out_what_older_engines_add_on_the_left():
    engine = Engine(matrix([[9.999, "0"], [10, "1"], [20, "2"]]))
    (series,) = engine.querier().raw("a", 10, 20)
    assert series.times.tolist() == [10.0, 20.0]
    assert engine.asked[0][2] == {"query": "a[10001ms]", "time": "20"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.DecodingError("body is not gzip"), "unavailable"),
        (httpx.UnsupportedProtocol("ftp"), "bad_data"),
    ],
)
def test_a_failure_that_no_other_try_mends_is_told_at_once(answer, kind):
    engine = Engine(answer)
    with pytest.raises(QueryError) as failed:
        engine.querier().instant("up", 1.0)
    assert (failed.value.kind, len(engine.asked)) == (kind, 1)


def test_a_password_in_the_address_is_not_shown():
    engine = Engine(httpx.Response(200, text="no JSON"))
    querier = RemoteQuerier("http://me:hunter2@prom", transport=httpx.MockTransport(engine))
    with pytest.raises(QueryError, match=r"^http://prom: expected JSON"):
        querier.instant("up", 1.0)


def test_an_address_that_cannot_exist_is_not_tried_again():
    told = []
    querier = RemoteQuerier("http://127.0.0.1:99999", on_retry=told.append)
    with pytest.raises(QueryError, match="expected an address that exists") as failed:
        querier.instant("up", 1)
    assert (failed.value.kind, failed.value.retryable, told) == ("bad_data", False, [])
