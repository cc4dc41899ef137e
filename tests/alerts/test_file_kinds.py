import pytest
import yaml
from click.testing import CliRunner

from alerts.cli import alerts
from alerts.file_kinds import kind_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"groups": []}, "a Prometheus rule file"),
        ({"kind": "PrometheusRule", "spec": {}}, "rules of the Prometheus operator (PrometheusRule)"),
        ({"global": {}, "scrape_configs": []}, "the configuration of a Prometheus"),
        ({"rule_files": [], "tests": []}, "unit tests of rules"),
        ({"version": 1, "name": "x", "tiers": []}, "a burn-rate policy"),
        ({"kind": "Deployment"}, "{'kind': 'Deployment'}"),
        ({"a": 1, "b": 2}, "the keys 'a, b'"),
    ],
)
def test_a_file_is_told_by_what_it_holds(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize("command", ["check", "gate", "tune"])
def test_rules_in_place_of_slos_are_told(tmp_path, command):
    path = tmp_path / "rules.yml"
    path.write_text("groups: []\n")
    result = CliRunner().invoke(
        alerts, [command, str(path), *(["--url", "http://x"] if command == "gate" else [])]
    )
    assert result.exit_code == 2
    assert "found a Prometheus rule file; `fireline alerts backtest` and `ci` take rules" in result.stderr


@pytest.mark.parametrize("command", ["backtest", "ci"])
def test_what_is_neither_rules_nor_slos_is_told(tmp_path, command):
    path = tmp_path / "policy.yml"
    path.write_text(yaml.safe_dump({"version": 1, "name": "p", "tiers": []}))
    result = CliRunner().invoke(alerts, [command, str(path)])
    assert result.exit_code == 2
    assert "expected Prometheus rules, or SLOs (" in result.stderr
    assert result.stderr.endswith("or guardrails, found a burn-rate policy\n")
