"""Pyrra's objectives as SLOs, and their mistakes."""

from pathlib import Path

import pytest
import yaml

from alerts.burnrate import factor
from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slos
from alerts.policy import load_policy
from alerts.slo import SliKind, Slo
from tests.alerts.formats.pyrra_specs import BUCKET, COUNT, ERRORS, TOTAL, latency, objective

DAY = 86_400


def load(folder: Path, *documents: dict) -> list[Slo]:
    path = folder / "slo.yaml"
    path.write_text(yaml.safe_dump_all(documents))
    return load_slos(path)


def test_reads_a_ratio(tmp_path):
    (read,) = load(tmp_path, objective())
    total = f"sum(increase({TOTAL}[$window]))"
    assert (read.name, read.service, read.objective) == ("web", "shop", 0.99)
    assert (read.sli.total, read.sli.bad) == (total, f"sum(increase({ERRORS}[$window])) or {total} * 0")
    assert (read.policy, read.own_policy, read.period_seconds) == ("pyrra", None, 28 * DAY)
    assert read.format == "pyrra.dev/v1alpha1"


def test_a_bucket_is_latency(tmp_path):
    sli = load(tmp_path, objective(indicator=latency()))[0].sli
    assert (sli.kind, sli.threshold_seconds) == (SliKind.LATENCY, 0.5)
    assert sli.bad == f"sum(increase({COUNT}[$window])) - sum(increase({BUCKET}[$window]))"


@pytest.mark.parametrize("bound", ["le='1e-1'", 'le=~"0.1|0.10"'])
def test_a_bound_may_be_written_in_any_way(tmp_path, bound):
    sli = load(tmp_path, objective(indicator=latency(f"took_bucket{{{bound}}}")))[0].sli
    assert (sli.kind, sli.threshold_seconds) == (SliKind.LATENCY, 0.1)


def test_what_changes_nothing_here_is_read(tmp_path):
    changes = {"alerting": {"burnRateType": "static"}, "partial_response_strategy": "warn"}
    assert load(tmp_path, objective(**changes)) == load(tmp_path, objective())


def test_a_gauge_is_counted_by_its_samples(tmp_path):
    (read,) = load(tmp_path, objective(indicator={"bool_gauge": {"metric": 'probe_success{job="probe"}'}}))
    total = 'sum(count_over_time(probe_success{job="probe"}[$window]))'
    assert (read.sli.total, read.service) == (total, "probe")
    assert read.sli.bad == f'{total} - sum(sum_over_time(probe_success{{job="probe"}}[$window]))'


def test_labels_with_the_prefix_go_onto_alerts(tmp_path):
    labels = {"pyrra.dev/team": "blue", "pyrra.dev/service": "checkout", "role": "alert-rules"}
    metadata = {
        "name": "web",
        "namespace": "prod",
        "labels": labels,
        "annotations": {"pyrra.dev/runbook": "r"},
    }
    (read,) = load(tmp_path, objective(metadata=metadata))
    assert (read.service, read.labels) == ("checkout", {"namespace": "prod", "team": "blue"})
    assert read.alerting.annotations == {"runbook": "r"}
    assert read.alerting.of("ticket").labels == {"severity": "warning"}


@pytest.mark.parametrize(
    ("alerting", "names"),
    [
        ({}, {"ErrorBudgetBurn", "NoSloData"}),
        ({"name": "Web", "absent": False}, {"Web"}),
        ({"burnrates": False}, {"NoSloData"}),
        ({"disabled": True}, set()),
    ],
)
def test_alerts_may_be_left_out(tmp_path, alerting, names):
    slos = load(tmp_path, objective(alerting=alerting))
    rules = [r for g in compile_slos(slos, policies_of(slos))["groups"] for r in g["rules"]]
    assert {rule["alert"] for rule in rules if "alert" in rule} == names


def test_the_policy_has_pyrras_factors():
    tiers = load_policy("pyrra").tiers
    assert [factor(tier, 28 * DAY) for tier in tiers] == pytest.approx([14, 7, 2, 1], rel=1e-12)


def test_windows_scale_with_the_period(tmp_path):
    (read,) = load(tmp_path, objective(window="7d"))
    policy = policies_of([read])[read.policy]
    assert [factor(tier, 7 * DAY) for tier in policy.tiers] == pytest.approx([14, 7, 2, 1], rel=1e-12)
    first = policy.tiers[0]
    assert (first.name, first.long_seconds, first.short_seconds, first.for_seconds) == ("15m", 900, 60, 60)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": "100"}, "spec.target: expected at most 99.9999999"),
        ({"target": "much"}, "spec.target: expected"),
        ({"window": "1d"}, "spec.window: expected 3d or more"),
        ({"window": "4 weeks"}, "spec.window: expected a duration"),
        ({"targets": "99"}, "spec: unknown key 'targets'"),
        ({"alerting": {"burnRateType": "dynamic"}}, "spec.alerting.burnRateType: expected 'static'"),
        (
            {"indicator": latency("took_bucket")},
            "spec.indicator.latency.success.metric: expected a bucket, such as",
        ),
        ({"rulenamespace": "x"}, "spec: rulenamespace: is for Pyrra's operator"),
        (
            {"alerting": {"absentName": "Gone"}},
            "spec.alerting: absentName: the alert on absent data is NoSloData",
        ),
        ({"indicator": {}}, "spec.indicator: expected one of ratio, latency and bool_gauge, found none"),
        (
            {"indicator": {"latencyNative": {}}},
            "spec.indicator: latencyNative: native histograms are not supported",
        ),
        (
            {"indicator": {"bool_gauge": {"metric": "up", "grouping": ["job"]}}},
            "spec.indicator.bool_gauge: grouping: expected an objective for each group",
        ),
        (
            {"indicator": {"bool_gauge": {"metric": "sum(up)"}}},
            "spec.indicator.bool_gauge.metric: expected a metric with labels and nothing else",
        ),
        (
            {"indicator": {"bool_gauge": {"metric": "up{"}}},
            "spec.indicator.bool_gauge.metric: expected PromQL",
        ),
        ({"metadata": {"name": "A b"}}, "metadata.name: expected small letters"),
        (
            {"metadata": {"name": "a", "labels": {"pyrra.dev/a": 1}}},
            "metadata.labels.pyrra.dev/a: expected text",
        ),
    ],
)
def test_names_the_key_of_a_mistake(tmp_path, changes, said):
    with pytest.raises(SpecError) as error:
        load(tmp_path, objective(**changes))
    assert str(error.value).startswith(f"{tmp_path / 'slo.yaml'}: {said}")
