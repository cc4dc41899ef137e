"""OpenSLO's objects by reference, across documents and files."""

import pytest
import yaml

from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slo_files, load_slos
from tests.alerts.formats.openslo_specs import condition, document, load, metric, put, spec

RATIO = {"bad": metric("sum(increase(bad_total[$window]))"), "total": metric("increase(all_total[$window])")}
SLI = document("SLI", "web-errors", ratioMetric=RATIO)
TARGET = document("AlertNotificationTarget", "OnCallMail", target="email")
CONDITION = document("AlertCondition", "burns", **condition())
POLICY = document(
    "AlertPolicy",
    "fast",
    conditions=[{"conditionRef": "burns"}],
    notificationTargets=[{"targetRef": "OnCallMail"}],
)


def referring(**refs: object) -> dict:
    content = spec()
    if "indicatorRef" in refs:
        del content["spec"]["indicator"]
    content["spec"] |= refs
    return content


def test_an_indicator_by_reference_is_as_one_inline(tmp_path):
    (by_reference,) = load(tmp_path, referring(indicatorRef="web-errors"), SLI)
    (inline,) = load(tmp_path, put(spec(), "spec.indicator", {"spec": {"ratioMetric": RATIO}}))
    assert by_reference == inline


def test_references_reach_across_files_in_any_order(tmp_path):
    slo, rest = tmp_path / "slo.yml", tmp_path / "z.yml"
    slo.write_text(
        yaml.safe_dump(referring(indicatorRef="web-errors", alertPolicies=[{"alertPolicyRef": "fast"}]))
    )
    rest.write_text(yaml.safe_dump_all([SLI, POLICY, CONDITION, TARGET, document("Service", "shop")]))
    for files in ((slo, rest), (rest, slo)):
        by_file = load_slo_files(*files)
        assert {path.name: len(slos) for path, slos in by_file.items()} == {"slo.yml": 1, "z.yml": 0}


def test_a_list_of_objects_is_as_many_documents(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text(yaml.safe_dump([referring(indicatorRef="web-errors"), SLI]))
    assert len(load_slos(path)) == 1


@pytest.mark.parametrize(
    ("refs", "documents", "expected"),
    [
        ({"indicatorRef": "none"}, [SLI], "x.slo.yml (document 1): spec.indicatorRef: expected the name of"),
        ({"indicatorRef": "none"}, [SLI], "an object of kind SLI in the files given, found 'none'"),
        (
            {"alertPolicies": ["none"]},
            [POLICY, CONDITION, TARGET],
            "alertPolicies.0.alertPolicyRef: expected the name",
        ),
        (
            {"alertPolicies": ["fast"]},
            [POLICY, TARGET],
            "(document 2): spec.conditions.0.conditionRef: expected",
        ),
        (
            {},
            [POLICY, CONDITION],
            "(document 2): spec.notificationTargets.0.targetRef: expected the name of an",
        ),
        ({}, [SLI, SLI], "(document 2): expected a name used once for a SLI: web-errors"),
        (
            {},
            [document("Service", "shop", owner="me")],
            "spec: unknown key 'owner', expected one of description",
        ),
        ({"indicator": None}, [], "x.slo.yml: spec: expected either indicator or indicatorRef"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(tmp_path, refs, documents, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, referring(**refs), *documents)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_definitions_alone_are_no_slos(tmp_path):
    with pytest.raises(SpecError, match=r"x.slo.yml: expected an SLO, found only what SLOs refer to"):
        load(tmp_path, SLI)


def sourced(ref: str, **source: object) -> dict:
    query = {"query": "increase(all_total[$window])"}
    total = {"metricSource": {"metricSourceRef": ref, "spec": query, **source}}
    return put(spec(), "spec.indicator.spec.ratioMetric.total", total)


def test_a_data_source_of_prometheus_is_enough(tmp_path):
    source = document("DataSource", "prom", type="prometheus", connectionDetails={"url": "http://x"})
    assert len(load(tmp_path, sourced("prom"), source)) == 1


@pytest.mark.parametrize(
    ("ref", "source", "expected"),
    [
        ("dog", {}, "ratioMetric.total.metricSource.type: expected Prometheus, found 'Datadog'"),
        (
            "cat",
            {},
            "total.metricSource.metricSourceRef: expected the name of an object of kind DataSource",
        ),
        (
            "",
            {"type": "Datadog"},
            "ratioMetric.total.metricSource.type: expected Prometheus, found 'Datadog'",
        ),
        ("", {"spec": {"promql": "a"}}, "metricSource.spec: unknown key 'promql', expected one of query"),
    ],
)
def test_other_sources_are_named(tmp_path, ref, source, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, sourced(ref, **source), document("DataSource", "dog", type="Datadog"))
    assert expected in str(error.value)


def test_annotations_of_others_are_not_read_and_labels_become_prometheus(tmp_path):
    content = put(spec(), "metadata.annotations", {"openslo.com/x": "1", "fireline/title-ko": "웹"})
    labels = {"team": ["a", "b"], "app.kubernetes.io/part-of": "shop", "2nd": "x"}
    (slo,) = load(tmp_path, put(content, "metadata.labels", labels))
    assert slo.labels == {"team": "a,b", "app_kubernetes_io_part_of": "shop", "_2nd": "x"}
    assert slo.title == {"en": "web", "ko": "웹"}


def test_labels_that_say_something_else_than_ours_are_kept_beside(tmp_path):
    labels = {"severity": "high", "tier": "gold", "slo": "mine", "team": "a"}
    (slo,) = load(tmp_path, put(spec(), "metadata.labels", labels))
    groups = compile_slos([slo], policies_of([slo]))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    alerts = [rule["labels"] for rule in rules if "alert" in rule]
    for own in alerts:
        told = {name: own[f"exported_{name}"] for name in ("severity", "tier", "slo")}
        assert {**told, "team": own["team"]} == labels
        assert (own["slo"], own["severity"]) in {("web", "page"), ("web", "ticket")}
    recorded = [rule["labels"] for rule in rules if "record" in rule and "sloth_id" in rule["labels"]]
    assert {(own["exported_slo"], own["slo"], own["tier"]) for own in recorded} == {("mine", "web", "gold")}


def test_an_indicators_labels_hold_where_the_slo_has_none(tmp_path):
    labelled = {**SLI, "metadata": {"name": "web-errors", "labels": {"team": "a", "area": "b"}}}
    content = put(referring(indicatorRef="web-errors"), "metadata.labels", {"team": "c"})
    (slo,) = load(tmp_path, content, labelled)
    assert slo.labels == {"team": "c", "area": "b"}


def test_an_indicators_annotations_hold_where_the_slo_has_none(tmp_path):
    busy = {"fireline/in-flight": "busy", "fireline/kind": "latency", "fireline/threshold": "1s"}
    content = referring(indicatorRef="web-errors")
    content["metadata"]["annotations"] = {"fireline/threshold": "2s"}
    (slo,) = load(tmp_path, content, {**SLI, "metadata": {"name": "web-errors", "annotations": busy}})
    assert (slo.sli.in_flight, slo.sli.kind, slo.sli.threshold_seconds) == ("sum(busy)", "latency", 2.0)
