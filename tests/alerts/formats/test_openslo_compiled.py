"""What each of OpenSLO's shapes compiles to, as Prometheus' own tool reads it."""

import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest

from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.policy import Policy, load_policy
from alerts.rules_text import rules_yaml
from alerts.ruletests import rule_tests
from dashboards.grafana.slos import slo_board
from tests.alerts.formats.openslo_specs import condition, load, measured_by, metric, put, spec

SLICES = [{"target": 0.99, "timeSliceTarget": 0.95, "timeSliceWindow": "5m"}]
MONTHLY = [{"duration": "1M", "calendar": {"startTime": "2026-01-01 00:00:00", "timeZone": "Asia/Seoul"}}]
ALERTING = {
    "metadata": {"name": "burns"},
    "spec": {
        "conditions": [{"metadata": {"name": "c"}, "spec": condition(6, "6h", "5m")}],
        "notificationTargets": [{"metadata": {"name": "chat"}, "spec": {"target": "slack"}}],
    },
}


def shapes() -> list[dict]:
    raw = measured_by(ratioMetric={"rawType": "success", "raw": metric("quality")})
    gauge = {"counter": False, "good": metric("sum(fine_now)"), "total": metric("sum(all_now)")}
    threshold = measured_by(thresholdMetric=metric("histogram_quantile(0.99, sum by (le) (rate(t[5m])))"))
    made = {
        "raw": raw,
        "raw-windowed": measured_by(
            ratioMetric={"rawType": "failure", "raw": metric("sum(rate(a[$window]))")}
        ),
        "gauges": measured_by(ratioMetric=gauge),
        "threshold": put(threshold, "spec.objectives", [{"target": 0.9, "op": "lt", "value": 0.5}]),
        "slices": put(put(spec(), "spec.budgetingMethod", "Timeslices"), "spec.objectives", SLICES),
        "monthly": put(spec(), "spec.timeWindow", MONTHLY),
        "alerting": put(spec(), "spec.alertPolicies", [ALERTING]),
    }
    return [put(content, "metadata.name", name) for name, content in made.items()]


def test_grafana_looks_at_a_slice_at_least(tmp_path):
    slos = [slo for slo in load(tmp_path, *shapes()) if slo.sli.slice_seconds]
    assert "$__rate_interval" not in str(slo_board(slos, policies_of(slos)))


@pytest.mark.parametrize("recorded", [True, False])
def test_every_expression_parses(tmp_path, recorded):
    slos = load(tmp_path, *shapes())
    for group in compile_slos(slos, policies_of(slos), CompileOptions(recorded=recorded))["groups"]:
        for rule in group["rules"]:
            promql_parser.parse(rule["expr"])


def test_a_long_window_of_slices_is_summed_up_from_five_minutes(tmp_path):
    slos = load(tmp_path, *shapes())
    groups = compile_slos(slos, policies_of(slos))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    name = "slo:bad_events:increase30d"
    long = {rule["labels"]["slo"]: rule["expr"] for rule in rules if rule.get("record") == name}
    summed = {name for name, expr in long.items() if "slo:bad_events:increase5m{" in expr}
    assert summed == {"raw", "threshold", "slices"}


def test_alerts_of_slices_speak_of_slices(tmp_path):
    slos = load(tmp_path, *shapes())
    rules = [rule for group in compile_slos(slos, policies_of(slos))["groups"] for rule in group["rules"]]
    told = {
        rule["labels"]["slo"]: rule["annotations"] for rule in rules if rule.get("alert") == "ErrorBudgetBurn"
    }
    assert "% of slices of 5m were bad in the last" in told["slices"]["description"]
    assert "% of minutes were bad in the last" in told["threshold"]["description"]
    assert "1분 구간 " in told["threshold"]["description_ko"]
    assert "가 나빴습니다. 목표가" in told["threshold"]["description_ko"]
    assert "% of requests failed in the last" in told["monthly"]["description"]


def test_grafana_says_where_a_calendars_budget_is(tmp_path):
    slos = load(tmp_path, *shapes())
    board = slo_board(slos, policies_of(slos))
    texts = [panel.get("description", "") for panel in board["panels"]]
    assert len([text for text in texts if "Fireline's pages show what is left" in text]) == 2


def promtool(*arguments: str, folder: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("Debian package prometheus is missing")
    command = ["promtool", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.servers
def test_promtool_accepts_the_rules(tmp_path):
    slos = load(tmp_path, *shapes())
    for name, recorded in (("r.yml", True), ("raw.yml", False)):
        compiled = compile_slos(slos, policies_of(slos), CompileOptions(recorded=recorded))
        (tmp_path / name).write_text(rules_yaml(compiled))
    promtool("check", "rules", "r.yml", "raw.yml", folder=tmp_path)


@pytest.mark.servers
@pytest.mark.parametrize("number", range(len(shapes())), ids=[each["metadata"]["name"] for each in shapes()])
def test_promtool_passes_the_tests_written_beside_the_rules(tmp_path, number):
    slos = load(tmp_path, shapes()[number])
    hourly = {
        slo.policy: slo.own_policy or Policy("hourly", load_policy("default").tiers[1:2]) for slo in slos
    }
    compiled = compile_slos(slos, hourly)
    (tmp_path / "r.yml").write_text(rules_yaml(compiled))
    (tmp_path / "t.yml").write_text(rules_yaml(rule_tests(slos, hourly, "r.yml", compiled)))
    promtool("test", "rules", "t.yml", folder=tmp_path)
