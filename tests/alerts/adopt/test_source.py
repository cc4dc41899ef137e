import httpx
import pytest

from alerts.adopt.source import PrometheusSource
from collector.errors import QueryError
from collector.remote import RemoteQuerier


def source(data):
    def answer(request):
        return httpx.Response(200, json={"status": "success", "data": data})

    transport = httpx.MockTransport(answer)
    return PrometheusSource(RemoteQuerier("http://me:hunter2@prom/x", transport=transport))


def group(**rule):
    return {"groups": [{"name": "g", "file": "f", "interval": 15, "rules": [{"type": "alerting", **rule}]}]}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"groups": "none"}, "groups"),
        ({"groups": [None]}, "0"),
        ({"groups": [{"interval": "15s"}]}, "0.interval"),
        ({"groups": [{"interval": -1}]}, "0.interval"),
        ({"groups": [{"rules": {}}]}, "0.rules"),
        (group(duration="long"), "0.rules.0.duration"),
        (group(labels=["severity"]), "0.rules.0.labels"),
        (group(labels={"severity": 1}), "0.rules.0.labels.severity"),
        (group(query=1), "0.rules.0.query"),
        (group(lastError={}), "0.rules.0.lastError"),
    ],
)
def test_rules_of_another_shape_are_one_line(data, place):
    with pytest.raises(QueryError) as failed:
        source(data).rule_groups()
    said = "expected groups of rules as Prometheus has them, found another shape at"
    assert str(failed.value) == f"http://prom/x/api/v1/rules: {said} {place}"


@pytest.mark.parametrize("data", [None, {}, {"groups": None}, {"groups": []}])
def test_an_engine_may_have_no_rules(data):
    assert source(data).rule_groups() == []


def test_rules_are_taken_with_what_else_is_said_of_them():
    data = group(name="Slow", query="up", duration=60, labels={}, lastError="", alerts=[{"x": None}])
    assert source(data).rule_groups() == data["groups"]


@pytest.mark.parametrize("data", [{"a": None, "b": {}, "c": [None], "d": [], "e": "x"}, [], "x", None])
def test_types_of_another_shape_are_not_told(data):
    assert source(data).types() == {}


def test_names_of_another_shape_are_one_line():
    with pytest.raises(QueryError, match=r"^http://prom/x/api/v1/label/.*: expected a list of names"):
        source({"up": 1}).names(0.0)
