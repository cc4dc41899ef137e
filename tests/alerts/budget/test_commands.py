import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from alerts.budget.readings import Wanted, read_budgets
from alerts.cli import alerts
from alerts.formats.files import load_slos
from collector import cli_prometheus
from collector.embedded import EmbeddedQuerier
from collector.errors import NoPrometheusError, QueryError
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

AT, DAY = 1_793_491_200.0, 86_400.0  # 2026-11-01 00:00 UTC


def slo(name, bad):
    def metric(query):
        return {"metricSource": {"type": "Prometheus", "spec": {"query": f"sum(increase({query}[$window]))"}}}

    ratio = {"counter": True, "bad": metric(bad), "total": metric(f"all_{bad}")}
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": name},
        "spec": {
            "service": "shop",
            "indicator": {"metadata": {"name": "i"}, "spec": {"ratioMetric": ratio}},
            "timeWindow": [{"duration": "7d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": 0.99}],
        },
    }


class Engine(EmbeddedQuerier):
    """Eight days of 100 events a minute; of ``few`` half a per cent fails, of ``many`` also two hours."""

    def __init__(self, url, *_, **__):
        store = MemoryStore()
        minutes = np.arange(8 * 1440 + 1)
        times = ((AT - 8 * DAY + 60 * minutes) * 1000).astype(np.int64)
        outage = (minutes > 5 * 1440) & (minutes <= 5 * 1440 + 120)
        for name, bad in (("few", np.full(len(minutes), 0.5)), ("many", np.where(outage, 100.0, 0.5))):
            store.append_column(Labels({METRIC_NAME: name}), times, np.cumsum(bad))
            store.append_column(Labels({METRIC_NAME: f"all_{name}"}), times, 100.0 * minutes)
        super().__init__(store)
        self.refuses = "refuses" in url

    def instant(self, query, at):
        if "slow" in query:
            raise QueryError("504 Gateway Time-out", kind="timeout", retryable=True)
        if "broken" in query:
            raise QueryError("many-to-many matching")
        return super().instant(query, at)

    def range(self, query, start, end, step_seconds):
        if self.refuses:
            raise QueryError("http://refuses: Connection refused", kind="unavailable", retryable=True)
        return super().range(query, start, end, step_seconds)

    def close(self):
        pass


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Engine)
    (tmp_path / "s.yml").write_text(yaml.safe_dump_all([slo(n, n) for n in ("few", "many")]))
    (tmp_path / "slow.yml").write_text(yaml.safe_dump_all([slo(n, n) for n in ("slow", "many", "slow2")]))
    (tmp_path / "gone.yml").write_text(yaml.safe_dump_all([slo(n, n) for n in ("few", "gone", "broken")]))
    outage = {"name": "move", "start": "2026-10-29T00:00:00Z", "duration": "2h", "slos": "many"}
    both = [{**outage, "author": "Kim", "reason": "agreed"}]
    both.append({**both[0], "name": "typo", "slos": "mnay"})
    (tmp_path / "out.yml").write_text(yaml.safe_dump({"version": 1, "exclusions": both[:1]}))
    (tmp_path / "typo.yml").write_text(yaml.safe_dump({"version": 1, "exclusions": both[1:]}))
    return tmp_path


def run(*arguments, url="http://prometheus:9090"):
    return CliRunner().invoke(alerts, [*arguments, "--url", url, "--at", str(AT)])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["s.yml", "--slo", "few"], 0, "ok      shop/few: 50% of the budget left"),
        (["s.yml", "--slo", "shop/few", "--low", "0.6"], 3, "low     shop/few: 50% of the budget left, "),
        (["s.yml"], 4, "spent   shop/many: overspent by 68.5%"),
        (["s.yml", "--exclusions", "out.yml"], 0, "; 2 h excluded (move by Kim: agreed), with it overspent"),
        (["gone.yml"], 5, "shop/gone: the series are absent\nno data shop/broken: many-to-many"),
        (["s.yml", "gone.yml"], 2, "expected a name used once in shop: few"),
        (["s.yml", "--slo", "other"], 2, "--slo: expected one of few, many, found 'other'"),
        (["s.yml", "--exclusions", "typo.yml"], 4, "warning: exclusion 'typo' applies to no SLO"),
        (["s.yml", "--exclusions", "absent.yml"], 2, "absent.yml: expected a readable file"),
    ],
    ids=["ok", "low", "spent", "excluded", "no-data", "twice", "unknown", "idle-exclusion", "no-file"],
)  # fmt: skip
def test_gate(files, arguments, code, said):
    result = run("gate", *arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output


@pytest.mark.parametrize("url", ["", "prometheus:9090"])
def test_what_is_no_url_is_a_mistake_not_a_server_that_is_away(files, url):
    result = run("gate", "s.yml", url=url)
    assert result.exit_code == 2
    assert "--prometheus: expected a URL such as http://host:9090" in result.output


def test_server_that_does_not_answer_closes_the_gate_with_one_line(files, monkeypatch):
    def refuse(*_):
        raise QueryError("http://away: Connection refused", kind="unavailable", retryable=True)

    monkeypatch.setattr(Engine, "instant", refuse)
    table, told = (run("gate", "s.yml", *more) for more in ([], ["--format", "json"]))
    assert (table.exit_code, table.output) == (5, "fireline: no data: http://away: Connection refused\n")
    said = json.loads(told.stdout)
    assert (told.exit_code, said["exit_code"], said["outcome"], said["slos"]) == (5, 5, "no_data", [])
    budget = run("budget", "s.yml")
    assert (budget.exit_code, budget.output) == (2, "fireline: http://away: Connection refused\n")


def test_a_query_without_an_answer_costs_its_own_budget_only(files):
    """A spent budget closes the gate for good, whatever else cannot be told."""
    result = run("gate", "slow.yml")
    assert result.exit_code == 4
    assert "no data shop/slow: 504 Gateway Time-out\nspent   shop/many: overspent" in result.output
    budget = run("budget", "slow.yml")
    assert budget.exit_code == 0
    assert "slow2: 504 Gateway Time-out" in budget.output
    assert "overspent" in budget.output


def test_a_server_that_does_not_answer_is_asked_three_times(files):
    names = ["slow1", "slow2", "slow3", "few"]
    slos = [replace(load_slos(files / "s.yml")[0], name=name) for name in names]
    slos = [replace(one, sli=replace(one.sli, total=f"sum(increase({one.name}[$window]))")) for one in slos]
    few, *slow = load_slos(files / "s.yml")[:1] + slos[:3]
    readings = read_budgets(Engine(""), Wanted([few, *slow, slos[3]]), AT)
    assert [reading.account is not None for reading in readings] == [True, False, False, False, False]
    assert readings[4].failure == "not asked: 504 Gateway Time-out"


@pytest.mark.parametrize("command", ["gate", "budget"])
def test_what_is_no_prometheus_is_said_once(files, monkeypatch, command):
    def answer(*_):
        raise NoPrometheusError("http://a/graph", 404)

    monkeypatch.setattr(Engine, "instant", answer)
    result = run(command, "s.yml")
    assert result.exit_code in {2, 5}
    assert result.output.count("http://a/graph: expected JSON") == result.output.count("\n") == 1
    assert result.output.endswith("found HTTP 404: is this the API of a Prometheus?\n")


@pytest.mark.parametrize("command", ["gate", "budget"])
def test_a_time_that_has_not_come_is_a_mistake(files, command):
    result = CliRunner().invoke(
        alerts, [command, "s.yml", "--url", "http://a", "--at", "2100-01-01T00:00:00Z"]
    )
    assert (result.exit_code, result.output) == (
        2,
        "fireline: --at: expected a time that has been, found 2100-01-01T00:00Z\n",
    )


def test_gate_as_json(files):
    said = json.loads(run("gate", "s.yml", "--format", "json").stdout)
    assert (said["outcome"], said["exit_code"]) == ("spent", 4)
    assert [(one["slo"], one["outcome"]) for one in said["slos"]] == [("few", "ok"), ("many", "spent")]
    status = said["slos"][1]["status"]
    assert (status["bad_minutes"], status["allowed_bad_minutes"]) == (120, pytest.approx(100.8))
    assert (status["exhausted_at"], status["excluded"]) == (None, None)


def test_budgets_as_a_table(files):
    output = run("budget", "s.yml", "gone.yml", "--slo", "many", "--slo", "gone").output
    assert "expected a name used once" in output
    output = run("budget", "s.yml").output
    assert "shop/few" in output
    assert "overspent" in output
    assert "120 of 101" in output
    failed = run("budget", "gone.yml").output
    assert "broken: many-to-many matching" in failed
    assert "gone: the series are absent" in failed


def test_burn_down_goes_from_all_to_what_is_left_and_leaves_out_what_is_excluded(files):
    def points(*more):
        said = json.loads(run("budget", "s.yml", "--format", "json", "--burn-down", *more).stdout)
        return np.array(said["slos"][1]["burn_down"]), said["slos"][1]["status"]["budget_remaining"]

    gross, left = points()
    assert gross[0].tolist() == [AT - 7 * DAY, 1.0]
    assert gross[-1].tolist() == [AT, pytest.approx(left)]
    assert 90 <= len(gross) <= 102
    assert (np.diff(gross[:, 1]) <= 1e-12).all()
    falls = np.interp([AT - 3.1 * DAY, AT - 2.8 * DAY], *gross.T)
    assert falls[0] - falls[1] == pytest.approx(1.19 + 0.02, abs=0.05)
    net, left = points("--exclusions", "out.yml")
    assert net[-1].tolist() == [AT, pytest.approx(left)]
    assert np.abs(net[:, 1] - np.interp(net[:, 0], [AT - 7 * DAY, AT], [1, left])).max() < 0.02


def test_chart_is_a_picture_that_stands_alone(files, tmp_path):
    path = tmp_path / "charts" / "c.svg"
    result = run("budget", "s.yml", "--exclusions", "out.yml", "--chart", str(path))
    assert result.exit_code == 0
    root = ET.fromstring(path.read_text())
    titles = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "excluded: move" in titles
    assert any(title.startswith("shop/many: 50% left, 99% over 7d.") for title in titles)


def test_burn_down_is_for_json(files):
    result = run("budget", "s.yml", "--burn-down")
    assert (result.exit_code, "expected with --format json" in result.output) == (2, True)


def test_budgets_and_gate_in_korean(files):
    table = run("budget", "s.yml", "--lang", "ko").output
    assert "남은 예산" in table
    assert "101 중 120" in table
    assert "99% 7일" in table
    gate = run("gate", "s.yml", "--lang", "ko", "--exclusions", "out.yml")
    assert gate.exit_code == 0
    lines = gate.output.splitlines()
    assert lines[0].startswith("가능        shop/few: 예산 50% 남음; 이벤트 ")
    assert "2시간 제외 (move, Kim: agreed), 포함하면 예산" in lines[1]
    said = run("gate", "s.yml", "--lang", "ko").output
    assert "소진됨      shop/many: 예산 68.5% 초과 소진" in said
    assert "데이터 없음 shop/gone: 시계열이 없음" in run("gate", "gone.yml", "--lang", "ko").output


def test_a_chart_in_korean(files):
    assert run("budget", "s.yml", "--lang", "ko", "--chart", "c.svg").exit_code == 0
    text = (files / "c.svg").read_text()
    assert "오류 예산" in text
    assert "7일 동안 99%" in text


def test_a_chart_is_drawn_over_no_file_that_is_read(files):
    before = (files / "s.yml").read_text()
    result = run("budget", "s.yml", "--chart", str(files / "s.yml"))
    assert (result.exit_code, (files / "s.yml").read_text()) == (2, before)
    assert "--chart: expected another file than s.yml, which is read" in result.stderr


def test_a_chart_that_finds_no_room_is_one_line(files):
    result = run("budget", "s.yml", "--chart", "/dev/full")
    assert result.exit_code == 2
    assert (
        result.stderr == "fireline: /dev/full: expected a file that can be written: No space left on device\n"
    )
