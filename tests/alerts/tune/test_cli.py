import json

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from alerts.casefile import BUILT_IN
from alerts.cli import EXAMPLES, alerts
from alerts.policy import load_policy
from collector import cli_prometheus
from collector.labels import Labels
from collector.series import Series

SLOS = EXAMPLES / "shop.slo.yml"


def run(*arguments):
    return CliRunner().invoke(alerts, ["tune", *map(str, arguments)])


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    for name in ("seed-2025-09-03", "deploy"):
        (folder / name).symlink_to(BUILT_IN / name)
    return folder


def test_the_frontier_stands_on_cases_and_says_how_far(cases, tmp_path):
    path = tmp_path / "tuned.yml"
    result = run(SLOS, "--cases", cases, "--format", "json", "--out", path)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    named = {one["name"]: one for one in told["named"]}
    assert (named["default"]["median_seconds"], named["workbook"]["median_seconds"]) == (120.0, 540.0)
    assert told["choice"]["worst_seconds"] <= 120.0
    assert told["choice"]["nearest_quiet"] <= 0.8
    assert any("at least 5 % at 95 % confidence" in line for line in told["confidence"])
    policy = load_policy(str(path))
    assert [tier.name for tier in policy.with_severity("ticket")] == ["1d", "3d"]
    assert yaml.safe_load(told["policy"])["name"] == policy.name


def test_a_wish_that_nothing_meets_is_told(cases):
    result = run(SLOS, "--cases", cases, "--within", "15s")
    assert result.exit_code == 1
    assert "No policy tried gives" in result.stdout


def test_cases_without_an_incident_are_told(tmp_path):
    (tmp_path / "deploy").symlink_to(BUILT_IN / "deploy")
    result = run(SLOS, "--cases", tmp_path)
    assert (result.exit_code, "expected an incident with events" in result.stderr) == (2, True)


START = 1_756_857_600.0 + 30 * 86_400  # 2025-10-03


class Engine:
    """Ten requests a second; all fail from 00:30 on for ten minutes, and from 01:30 on for two."""

    def __init__(self, url, *_, **__):
        self.url = url

    def raw(self, selector, start, end):
        times = np.arange(np.ceil(start / 15), np.floor(end / 15) + 1) * 15
        if not len(times):
            return []
        name = "bad" if "bad" in selector else "all"
        failed = np.clip(times - START - 1800, 0, 600) + np.clip(times - START - 5400, 0, 120)
        values = (failed if name == "bad" else times - START + 90_000_000) * 10.0
        return [Series(Labels({"__name__": name}), times, values)]

    def close(self):
        pass


@pytest.fixture
def spec(tmp_path):
    content = yaml.safe_load_all(SLOS.read_text()).__next__()
    content["metadata"]["annotations"] = {}
    metrics = content["spec"]["indicator"]["spec"]["ratioMetric"]
    for key, name in (("bad", "bad"), ("total", "all")):
        metrics[key]["metricSource"]["spec"]["query"] = f"sum(increase({name}[$window]))"
    path = tmp_path / "own.slo.yml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_history_counts_and_cases_without_the_slos_are_left_out(spec, tmp_path, cases, monkeypatch):
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Engine)
    incidents = tmp_path / "incidents.yml"
    one = {"onset": "2025-10-03T00:30:00Z", "end": "2025-10-03T01:00:00Z", "title": "Down"}
    incidents.write_text(yaml.safe_dump({"incidents": [one]}))
    during = ("--from", "2025-10-03T00:00:00Z", "--to", "2025-10-03T03:00:00Z", "--url", "http://there")
    result = run(
        spec, *during, "--incidents", incidents, "--cases", cases, "--max-false", 9, "--format", "json"
    )
    told = json.loads(result.stdout)
    default = told["named"][0]
    assert 30 <= default["median_seconds"] <= 60
    assert default["false_pages"] == {"http://there": 1}
    assert told["left_out"] == ["deploy", "seed-2025-09-03"]
    assert told["quiet_seconds"] == pytest.approx(2.5 * 3600, abs=15)
