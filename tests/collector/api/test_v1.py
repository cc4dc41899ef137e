import asyncio
from dataclasses import replace
from functools import partial

import httpx
import numpy as np
import orjson
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from collector.api import v1
from collector.api.v1 import routes
from collector.app import Collector
from collector.clock import ManualClock
from collector.config import parse_config
from collector.errors import ConfigError
from collector.labels import Labels
from collector.options import Options
from collector.promql.limits import Budget, Limits
from collector.remote import RemoteQuerier
from collector.rules.files import parse_groups
from collector.store.columns import Column

RULES = {
    "groups": [
        {
            "name": "g",
            "rules": [
                {"record": "a:b", "expr": "up"},
                {
                    "alert": "Down",
                    "expr": "up == 0",
                    "labels": {"severity": "page"},
                    "annotations": {"s": "{{ $value }}"},
                },
            ],
        }
    ]
}
CONFIG = {"global": {"external_labels": {"dc": "x"}}}


class Client:
    """Asks the routes of a collector, without a port."""

    def __init__(self, collector):
        self._app = Starlette(routes=routes(collector))

    def get(self, path, **options):
        return asyncio.run(self._ask("GET", path, options))

    def post(self, path, **options):
        return asyncio.run(self._ask("POST", path, options))

    async def _ask(self, method, path, options):
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://fireline") as client:
            return await client.request(method, path, **options)


def collector_in(folder, **options):
    groups = parse_groups(RULES)
    config = options.pop("config", None) or parse_config(
        CONFIG, "f.yml", text="global:\n  external_labels: {dc: x}\n"
    )
    return Collector(config, folder, clock=ManualClock(60.0), extra_rule_groups=groups, **options)


@pytest.fixture
def collector(tmp_path):
    collector = collector_in(tmp_path)
    with collector.store.importing() as add:
        for job, value in (("shop", 1.0), ("stack", 0.0)):
            series = collector.store.series_id(Labels({"__name__": "up", "job": job}))
            add([Column(series, np.arange(0, 601_000, 15_000), np.full(41, value))])
    yield collector
    collector.stop()


@pytest.fixture
def client(collector):
    return Client(collector)


def data(response):
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["status"] == "success"
    return body["data"]


def test_an_instant_query_answers_now_without_a_time(client):
    assert data(client.get("/api/v1/query", params={"query": "sum(up)"}))["result"] == [
        {"metric": {}, "value": [60, "1"]}
    ]


@pytest.mark.parametrize("time", ["15", "15.0", "1970-01-01T00:00:15Z", "1970-01-01T09:00:15+09:00"])
def test_times_are_unix_seconds_or_rfc3339(client, time):
    result = data(client.get("/api/v1/query", params={"query": "time()", "time": time}))
    assert result == {"resultType": "scalar", "result": [15, "15"]}


@pytest.mark.parametrize("step", ["30", "30s", "30000ms"])
def test_a_range_query_by_form(client, step):
    form = {"query": "up", "start": "0", "end": "60", "step": step}
    result = data(client.post("/api/v1/query_range", data=form))["result"]
    assert result[0]["values"] == [[0, "1"], [30, "1"], [60, "1"]]


def test_a_post_with_its_parameters_in_the_address(client):
    assert data(client.post("/api/v1/query?query=1%2B1&time=4"))["result"] == [4, "2"]


@pytest.mark.parametrize(
    ("path", "params", "said"),
    [
        ("query", {"query": "sum("}, "parse"),
        ("query", {}, "no expression"),
        ("query", {"query": "up offset 9999999y"}, "duration out of range"),
        ("query", {"query": "up[5m] offset -5000000y"}, "duration out of range"),
        ("query", {"query": "up", "time": "noon"}, 'invalid parameter "time"'),
        ("query", {"query": "up", "timeout": "soon"}, 'invalid parameter "timeout"'),
        ("query", {"query": "up", "timeout": "0"}, 'invalid parameter "timeout"'),
        ("query", {"query": "sort_by_label(up, 'job')"}, "is not enabled"),
        ("query_range", {"query": "up", "start": "0", "end": "60"}, 'invalid parameter "step"'),
        ("query_range", {"query": "up", "start": "0", "end": "60", "step": "0"}, "zero or negative"),
        ("query_range", {"query": "up", "start": "0", "end": "60", "step": "x"}, "valid duration"),
        ("query_range", {"query": "up", "start": "60", "end": "0", "step": "1"}, "must not be before start"),
        ("query_range", {"query": "up", "start": "0", "end": "11001", "step": "1"}, "11,000 points"),
        ("series", {}, "no match[] parameter"),
        ("series", {"match[]": "sum(up)"}, "no series selector"),
        ("labels", {"limit": "-1"}, "limit"),
        ("query", {"query": "up", "limit": "-1"}, "limit"),
        ("query", {"query": "up", "lookback_delta": "soon"}, "error parsing lookback delta duration"),
        ("query", {"query": "up", "lookback_delta": "1e300"}, "overflows"),
        ("labels", {"limit": "9" * 5000}, "limit"),
        ("query_range", {"query": "up", "start": "0", "end": "1", "step": "999999999y"}, "valid duration"),
    ],
)
def test_what_cannot_be_asked_is_bad_data(client, path, params, said):
    response = client.get(f"/api/v1/{path}", params=params)
    assert response.status_code == 400
    assert response.json()["errorType"] == "bad_data"
    assert said in response.json()["error"]


def test_a_query_that_fails_while_it_runs_is_422(client):
    response = client.get("/api/v1/query", params={"query": "up + on() up"})
    assert (response.status_code, response.json()["errorType"]) == (422, "execution")


@pytest.mark.parametrize(
    ("limits", "status", "kind"),
    [
        ({"max_samples": 1}, 422, "execution"),
        ({"timeout_seconds": 1e-9}, 503, "timeout"),
    ],
)
def test_a_query_keeps_to_the_limits_given(tmp_path, limits, status, kind):
    collector = collector_in(tmp_path, options=Options(limits=Limits(**limits)))
    with collector.store.importing() as add:
        add([Column(collector.store.series_id(Labels({"__name__": "up"})), np.arange(100), np.zeros(100))])
    response = Client(collector).get("/api/v1/query", params={"query": "up[1m]", "time": "1"})
    assert (response.status_code, response.json()["errorType"]) == (status, kind)
    collector.stop()


@pytest.mark.parametrize(
    ("path", "values_tried"), [("series", 2), ("labels", 2), ("label/job/values", 2), ("query", 1)]
)
def test_regexes_on_many_values_end_at_the_time_limit(collector, client, monkeypatch, path, values_tried):
    """The clock jumps while values are tried."""
    ticks = iter([0.0] * (values_tried + 1) + [200.0])
    budget = partial(Budget, monotonic=lambda: next(ticks))
    monkeypatch.setattr("collector.api.queries.Budget", budget)
    monkeypatch.setattr("collector.promql.engine.Budget", lambda limits, _clock, left: budget(limits))
    selector = 'up{job=~"(.*s.*){1000}"}'
    response = client.get(f"/api/v1/{path}", params={"match[]": selector, "query": selector})
    assert (response.status_code, response.json()["errorType"]) == (503, "timeout")
    assert next(ticks, None) is None


def test_a_request_can_shorten_its_time_but_not_lengthen_it(client, collector, monkeypatch):
    given, evaluate = [], collector.querier.evaluate

    def noted(query, at, left, **options):
        given.append(left)
        return evaluate(query, at, left, **options)

    monkeypatch.setattr(collector.querier, "evaluate", noted)
    for number, timeout in enumerate(("1s", "0.5", "1h")):
        asked = {"query": f"up > {number}", "timeout": timeout}
        assert client.get("/api/v1/query", params=asked).status_code == 200
    assert [round(left, 1) for left in given] == [1.0, 0.5, 120.0]


def test_the_lookback_and_experimental_functions_are_as_asked(tmp_path):
    options = Options(limits=Limits(lookback_seconds=20.0), experimental=True)
    collector = collector_in(tmp_path, options=options)
    with collector.store.importing() as add:
        add(
            [Column(collector.store.series_id(Labels({"__name__": "up"})), np.zeros(1, np.int64), np.ones(1))]
        )
    found = [
        len(data(Client(collector).get("/api/v1/query", params={"query": query, "time": time}))["result"])
        for query in ("up", 'sort_by_label(up, "job")')
        for time in ("19", "20")
    ]
    assert found == [1, 0, 1, 0]
    flags = data(Client(collector).get("/api/v1/status/flags"))
    assert (flags["query.lookback-delta"], flags["enable-feature"]) == (
        "20s",
        "promql-experimental-functions",
    )
    collector.stop()


@pytest.mark.parametrize("error", [MemoryError(), OverflowError("too large")])
def test_what_nobody_expected_is_an_internal_error_in_json(client, collector, monkeypatch, caplog, error):
    def break_down(*_arguments, **_options):
        raise error

    monkeypatch.setattr(collector.querier, "evaluate", break_down)
    monkeypatch.setattr(collector.store, "present", break_down)
    monkeypatch.setitem(v1._STATUS, "status/tsdb", break_down)
    for path in ("query?query=up", "label/job/values", "status/tsdb"):
        response = client.get(f"/api/v1/{path}")
        assert (response.status_code, response.json()["errorType"]) == (500, "internal")
        assert type(error).__name__ in response.json()["error"]
        assert f"/api/v1/{path.partition('?')[0]} failed" in caplog.text


@pytest.mark.parametrize("path", ["query", "query_range", "series", "labels"])
def test_a_form_is_read_no_further_than_ten_mebibytes(client, path):
    sent = []

    async def endless():
        for number in range(1000):
            sent.append(number)
            yield b"query=" + b"a" * 2**20

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.post(f"/api/v1/{path}", content=endless(), headers=headers)
    assert (response.status_code, response.json()["errorType"]) == (413, "bad_data")
    assert "at most 10485760 bytes" in response.json()["error"]
    assert len(sent) < 20


def test_a_form_of_very_many_fields_is_refused(client):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.post("/api/v1/query", content=b"a=&" * 20_000, headers=headers)
    assert (response.status_code, response.json()["errorType"]) == (400, "bad_data")


def test_series_labels_and_values(client):
    assert data(client.get("/api/v1/series", params={"match[]": 'up{job="shop"}'})) == [
        {"__name__": "up", "job": "shop"}
    ]
    assert data(client.post("/api/v1/labels")) == ["__name__", "job"]
    assert data(client.get("/api/v1/label/job/values")) == ["shop", "stack"]
    assert data(client.get("/api/v1/label/job/values", params={"match[]": 'up{job!="shop"}'})) == ["stack"]
    assert data(client.get("/api/v1/series", params={"match[]": "up", "start": "9000"})) == []


@pytest.mark.parametrize("path", ["label/U__dotted_2e_name/values", "label/dotted.name/values"])
def test_values_of_a_label_whose_name_is_any_text(client, collector, path):
    with collector.store.importing() as add:
        labels = Labels({"__name__": "my.metric", "dotted.name": "x"})
        add([Column(collector.store.series_id(labels), np.zeros(1, np.int64), np.ones(1))])
    assert data(client.get(f"/api/v1/{path}")) == ["x"]
    assert "dotted.name" in data(client.get("/api/v1/labels"))
    selector = '{"my.metric","dotted.name"=~"x|y"}'
    assert data(client.get("/api/v1/series", params={"match[]": selector})) == [dict(labels)]
    query = f'sum by ("dotted.name") ({selector})'
    (found,) = data(client.get("/api/v1/query", params={"query": query, "time": "0"}))["result"]
    assert found["metric"] == {"dotted.name": "x"}


@pytest.mark.parametrize("limit", ["", "0", "2"])
def test_a_limit_that_is_none_or_not_met_cuts_nothing(client, limit):
    for path, extra in (("query", {}), ("query_range", {"start": "0", "end": "60", "step": "30"})):
        body = client.get(f"/api/v1/{path}", params={"query": "up", "limit": limit, **extra}).json()
        assert (len(body["data"]["result"]), "warnings" in body) == (2, False)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("query", {"query": "up"}),
        ("query", {"query": "up[1m]"}),
        ("query_range", {"query": "up", "start": "0", "end": "60", "step": "30"}),
    ],
)
def test_a_limit_cuts_the_series_of_a_query_and_warns(client, path, params):
    body = client.get(f"/api/v1/{path}", params={**params, "limit": "1"}).json()
    assert [series["metric"]["job"] for series in body["data"]["result"]] == ["shop"]
    assert body["warnings"] == ["results truncated due to limit"]


def test_a_limit_does_not_concern_a_scalar(client):
    assert "warnings" not in client.get("/api/v1/query", params={"query": "1", "limit": "1"}).json()


def test_series_and_names_are_cut_too(client):
    for path, params in (("series", {"match[]": "up"}), ("labels", {})):
        body = client.get(f"/api/v1/{path}", params={**params, "limit": "1"}).json()
        assert (len(body["data"]), body["warnings"]) == (1, ["results truncated due to limit"])


@pytest.mark.parametrize(
    ("lookback", "found"), [("", 2), ("2m", 2), ("120.5", 2), ("30s", 0), ("0", 2), ("-5", 2)]
)
def test_a_request_may_look_back_otherwise(client, lookback, found):
    params = {"query": "up", "time": "700", "lookback_delta": lookback}
    assert len(data(client.get("/api/v1/query", params=params))["result"]) == found
    params |= {"start": "700", "end": "700", "step": "1"}
    assert len(data(client.get("/api/v1/query_range", params=params))["result"]) == found


def test_statistics_are_told_where_they_are_asked_for(client):
    params = {"query": "sum(up)", "start": "0", "end": "60", "step": "30", "time": "60"}
    for path in ("query", "query_range"):
        assert "stats" not in data(client.get(f"/api/v1/{path}", params=params))
        stats = data(client.get(f"/api/v1/{path}", params={**params, "stats": "all"}))["stats"]
        assert set(stats) == {"timings", "samples"}
        assert stats["samples"]["totalQueryableSamples"] > 0
        assert stats["timings"]["execTotalTime"] >= stats["timings"]["innerEvalTime"] > 0


def test_a_limit_cuts_and_warns(client):
    body = client.get("/api/v1/label/job/values", params={"limit": "1"}).json()
    assert (body["data"], body["warnings"]) == (["shop"], ["results truncated due to limit"])


def test_exemplars_are_none(client):
    assert data(client.get("/api/v1/query_exemplars", params={"query": "up", "start": "1000000000000"})) == []


def test_rules_and_alerts_show_their_state(client, collector):
    (group,) = collector.engine.groups
    collector.ingester.start()
    collector.engine.evaluate(group, 60.0)
    collector.ingester.stop()
    (shown,) = data(client.get("/api/v1/rules"))["groups"]
    assert [(rule["type"], rule["health"]) for rule in shown["rules"]] == [
        ("recording", "ok"),
        ("alerting", "ok"),
    ]
    assert data(client.get("/api/v1/alerts"))["alerts"] == [
        {
            "labels": {"alertname": "Down", "job": "stack", "severity": "page"},
            "annotations": {"s": "0"},
            "state": "firing",
            "activeAt": "1970-01-01T00:01:00.000Z",
            "value": "0",
        }
    ]
    assert data(client.get("/api/v1/query", params={"query": "a:b"}))["resultType"] == "vector"


def test_rules_are_chosen_by_type_and_name(client):
    (group,) = data(client.get("/api/v1/rules", params={"type": "alert"}))["groups"]
    assert [rule["name"] for rule in group["rules"]] == ["Down"]
    assert data(client.get("/api/v1/rules", params={"rule_name[]": "none"}))["groups"] == []


@pytest.mark.parametrize(
    "path",
    [
        "targets",
        "metadata",
        "status/buildinfo",
        "status/config",
        "status/flags",
        "status/runtimeinfo",
        "status/tsdb",
    ],
)
def test_the_status_pages_answer(client, path):
    assert data(client.get(f"/api/v1/{path}")) is not None


def test_the_configuration_is_shown_without_passwords(tmp_path):
    text = (
        "scrape_configs: [{job_name: a, basic_auth: {username: u, password: hidden}}]\n"
        "storage: {database: 'postgresql+psycopg://u:hidden@h:1/d?sslpassword=hidden'}\n"
    )
    config = parse_config(orjson.loads('{"scrape_configs": []}'), "f.yml", text=text)
    collector = collector_in(tmp_path, config=config)
    client = Client(collector)
    shown = data(client.get("/api/v1/status/config"))["yaml"]
    assert "hidden" not in shown
    assert "username: u" in shown
    assert "database: postgresql://u:***@h:1/d\n" in shown
    collector.stop()


def test_flags_and_configuration_show_the_limits_in_force(tmp_path):
    config = parse_config({"query": {"timeout": "9s"}}, "f.yml", text="query: {timeout: 9s}\n")
    query = replace(config.query, max_samples=5, max_concurrency=3)
    options = Options.of(query, receives_remote_write=False)
    collector = collector_in(tmp_path, config=config, options=options)
    flags = data(Client(collector).get("/api/v1/status/flags"))
    shown = yaml.safe_load(data(Client(collector).get("/api/v1/status/config"))["yaml"])
    collector.stop()
    assert shown["query"] == {
        "max_samples": 5,
        "timeout": "9s",
        "max_concurrency": 3,
        "lookback_delta": "5m",
        "experimental": False,
    }
    named = ("query.timeout", "query.max-samples", "query.max-concurrency", "query.lookback-delta")
    assert [flags[name] for name in named] == ["9s", "5", "3", "5m"]


def test_a_reload_says_that_limits_of_queries_wait_for_a_restart(collector, caplog):
    collector.start()
    collector.reload(parse_config({"query": {"timeout": "9s"}}, "f.yml"))
    assert "query: what changed there is in force after a restart" in caplog.text
    assert collector.options.limits.timeout_seconds == 120.0


def test_health_readiness_and_own_metrics(client, collector):
    assert client.get("/-/healthy").status_code == 200
    assert client.get("/-/ready").status_code == 503
    collector.is_ready = True
    assert client.get("/-/ready").status_code == 200
    collector.ingester.storing.failed("samples cannot be stored: disk is full")
    answer = client.get("/-/ready")
    assert (answer.status_code, answer.text) == (
        503,
        "Fireline is not ready: samples cannot be stored: disk is full\n",
    )
    assert "fireline_samples_storable 0.0\n" in client.get("/metrics").text
    assert "fireline_series 2.0\n" in client.get("/metrics").text


def test_a_group_of_any_name_leaves_the_own_metrics_readable(tmp_path):
    name = 'a "quoted" \\ name\nof two lines'
    config = parse_config({}, "f.yml")
    groups = parse_groups({"groups": [RULES["groups"][0] | {"name": name}]})
    collector = Collector(config, tmp_path, extra_rule_groups=groups)
    page = Client(collector).get("/metrics").text
    collector.stop()
    (family,) = (f for f in text_string_to_metric_families(page) if f.name == "fireline_rule_evaluations")
    assert [sample.labels for sample in family.samples] == [{"group": name}]


def test_not_ready_says_in_a_line_what_the_process_cannot_do(client, collector):
    collector.is_ready = True
    collector.unready = lambda: "incidents cannot be written: database or disk is full"
    answer = client.get("/-/ready")
    assert (answer.status_code, answer.text) == (
        503,
        "Fireline is not ready: incidents cannot be written: database or disk is full\n",
    )


def test_a_long_answer_is_packed(client):
    params = {"query": "up", "start": "0", "end": "600", "step": "1"}
    response = client.get("/api/v1/query_range", params=params, headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(data(response)["result"]) == 2


def test_a_reload_that_is_refused_says_why_and_keeps_the_old(tmp_path):
    def refuse():
        raise ConfigError("f.yml: rule_files: expected a list")

    collector = collector_in(tmp_path, read_config=refuse)
    client = Client(collector)
    response = client.post("/-/reload")
    assert (response.status_code, response.text.startswith("failed to reload config: f.yml")) == (
        500,
        True,
    )
    assert data(client.get("/api/v1/status/runtimeinfo"))["reloadConfigSuccess"] is False
    collector.stop()


def test_queries_pass_through_to_another_engine(tmp_path):
    asked = []

    def engine(request):
        asked.append((request.method, request.url.path))
        return httpx.Response(200, json={"status": "success", "data": "theirs"})

    remote = RemoteQuerier("http://prom", transport=httpx.MockTransport(engine))
    collector = collector_in(tmp_path, querier=remote)
    client = Client(collector)
    for path in ("query?query=up", "label/job/values", "metadata", "targets"):
        assert data(client.get(f"/api/v1/{path}")) == "theirs"
    assert data(client.get("/api/v1/rules"))["groups"][0]["name"] == "g"
    assert [path for _, path in asked] == [
        "/api/v1/query",
        "/api/v1/label/job/values",
        "/api/v1/metadata",
        "/api/v1/targets",
    ]
    collector.stop()
