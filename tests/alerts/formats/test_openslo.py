from pathlib import Path

import pytest

from alerts.errors import SpecError
from alerts.formats.files import load_slos
from alerts.slo import SliKind
from tests.alerts.formats.openslo_specs import load, metric, put, spec

SHOP = Path("alerts/examples/shop.slo.yml")


def test_reads_the_shop():
    slos = load_slos(SHOP)
    assert [(slo.name, slo.service, slo.objective, slo.sli.kind) for slo in slos] == [
        ("order-availability", "order", 0.99, SliKind.AVAILABILITY),
        ("order-latency", "order", 0.99, SliKind.LATENCY),
        ("product-latency", "product", 0.99, SliKind.LATENCY),
    ]
    assert [slo.sli.threshold_seconds for slo in slos] == [None, 1.0, 0.5]
    assert slos[0].title == {"en": "Order availability", "ko": "주문 가용성"}
    assert all(slo.sli.in_flight for slo in slos)


def test_counters_not_born_yet_mean_no_bad_events(tmp_path):
    (slo,) = load(tmp_path, spec())
    assert slo.sli.bad == "sum(increase(bad_total[$window])) or sum(increase(all_total[$window])) * 0"


def test_good_events_are_turned_into_bad_ones(tmp_path):
    ratio = {
        "good": metric("increase(ok_total[$window])"),
        "total": metric("sum(increase(all_total[$window]))"),
    }
    (slo,) = load(tmp_path, put(spec(), "spec.indicator.spec.ratioMetric", ratio))
    total = "sum(increase(all_total[$window]))"
    assert slo.sli.bad == f"{total} - (sum(increase(ok_total[$window])) or ({total} >= 10) * 0)"


def latency(good: str) -> dict:
    ratio = {"good": metric(good), "total": metric("sum(increase(took_count[$window]))")}
    notes = {"fireline/kind": "latency", "fireline/threshold": "1s"}
    return put(put(spec(), "spec.indicator.spec.ratioMetric", ratio), "metadata.annotations", notes)


def test_a_bucket_that_is_absent_is_not_taken_for_bad_events(tmp_path):
    (slo,) = load(tmp_path, latency('sum(increase(took_bucket{le="1.0"}[$window]))'))
    bucket = 'sum(increase(took_bucket{le="1.0"}[$window]))'
    assert slo.sli.bad == f"sum(increase(took_count[$window])) - {bucket}"
    assert slo.sli.bucket == bucket


def test_a_counter_of_fast_requests_may_not_be_born_yet(tmp_path):
    (slo,) = load(tmp_path, latency("sum(increase(fast_total[$window]))"))
    assert slo.sli.bad.endswith("or (sum(increase(took_count[$window])) >= 10) * 0)")
    assert slo.sli.bucket is None


def test_percent_and_weeks(tmp_path):
    content = put(spec(), "spec.objectives.0", {"targetPercent": 99.95})
    (slo,) = load(tmp_path, put(content, "spec.timeWindow.0.duration", "4w"))
    assert (slo.objective, slo.period_seconds) == (0.9995, 28 * 86_400)


NOTES = "metadata.annotations"
QUERY = "spec.indicator.spec.ratioMetric.bad.metricSource.spec.query"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("apiVersion", "openslo/v2", "apiVersion: expected 'openslo/v1'"),
        ("kind", "Dashboard", "kind: expected one of SLO, SLI, Service, DataSource, AlertPolicy,"),
        ("metadata.name", "Web Shop", "metadata.name: expected text that matches ^"),
        (NOTES, {"fireline/colour": "red"}, f"{NOTES}: unknown key 'fireline/colour'"),
        (NOTES, {"fireline/kind": "latency"}, f"{NOTES}.fireline/threshold: expected with"),
        (NOTES, {"fireline/threshold": "1s"}, f"{NOTES}.fireline/threshold: expected with"),
        (NOTES, {"fireline/in-flight": "sum("}, f"{NOTES}.fireline/in-flight: expected PromQL"),
        ("spec.service", "", "spec.service: expected letters, digits, spaces and ._:/@-, found ''"),
        ("spec.service", "100%s", "spec.service: expected letters, digits, spaces and"),
        ("spec.service", 'a"b', "spec.service: expected letters, digits, spaces and"),
        (
            "spec.objectives",
            [{"target": 1.0}],
            "spec.objectives.0.target: expected at most 0.999999999, found",
        ),
        *(
            ("spec.objectives", [{"target": target}], "spec.objectives.0.target: expected ")
            for target in (0.9999999999999999, float("nan"), float("inf"), -1, 0, "much", [0.99], {"a": 1})
        ),
        *(
            ("spec.objectives", [{"targetPercent": percent}], "spec.objectives.0.targetPercent: expected ")
            for percent in (99.99999999999999, 100, float("nan"), 10**99)
        ),
        ("spec.objectives", [{}], "spec.objectives.0: expected either target (0–1) or targetPercent (0–100)"),
        (
            "spec.objectives",
            [{"target": 0.9, "compositeWeight": 1}],
            "spec.objectives.0: compositeWeight: composite objectives are not supported, expected one",
        ),
        (
            "spec.timeWindow",
            [{"duration": "1M", "isRolling": True}],
            "spec.timeWindow.0.duration: expected days",
        ),
        (
            "spec.timeWindow",
            [{"duration": "30d", "isRolling": False}],
            "spec.timeWindow.0: expected either calendar or isRolling: true",
        ),
        ("spec.budgetingMethod", "RatioTimeslices", "spec.budgetingMethod: expected 'Occurrences' or"),
        ("spec.alertingPolicies", [], "spec: unknown key 'alertingPolicies', expected one of description,"),
        (QUERY, "sum(increase(a[5m]))", f"{QUERY}: expected a query over [$window]"),
        (QUERY, "sum(increase(a[$window])", f"{QUERY}: expected PromQL"),
        (QUERY, "a[$window]" + "+1" * 3000, f"{QUERY}: expected at most 4000 characters"),
    ],
)
def test_names_file_and_key_of_a_mistake(tmp_path, path, value, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, put(spec(), path, value))
    assert str(error.value).startswith(f"{tmp_path / 'x.slo.yml'}: {expected}")
    assert "\n" not in str(error.value)


def test_a_name_is_used_once(tmp_path):
    with pytest.raises(SpecError, match=r"x.slo.yml \(document 2\): expected a name used once in shop: web"):
        load(tmp_path, spec(), spec())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "found an empty file"),
        ("- 1", "found list"),
        ("a: [", "expected YAML"),
        ("a: 1\na: 2", "line 2: the key 'a' is in line 1 already"),
        ("a: " + "[" * 100_000, "line 1: expected at most 100 levels of nesting"),
    ],
)
def test_what_is_not_a_mapping_is_refused(tmp_path, text, expected):
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(SpecError, match=expected):
        load_slos(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpecError, match=r"none.yml: expected a readable file: No such file"):
        load_slos(tmp_path / "none.yml")


@pytest.mark.parametrize(("service", "other"), [("shop", "Answered (api)"), ("mail", "Answered")])
def test_objectives_of_a_service_that_share_a_title_have_their_name_beside_it(tmp_path, service, other):
    web = put(spec(), "metadata.displayName", "Answered")
    web["metadata"]["annotations"] = {"fireline/title-ko": "응답"}
    api = put(
        put(put(spec(), "metadata.displayName", "Answered"), "metadata.name", "api"), "spec.service", service
    )
    titles = [slo.title for slo in load(tmp_path, web, api)]
    assert titles[1] == {"en": other}
    assert titles[0] == {"en": other.replace("api", "web"), "ko": "응답"}
