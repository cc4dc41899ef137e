import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from alerts.ci.casebook import load_casebook
from alerts.cli import alerts
from collector import cli_prometheus
from collector.errors import QueryError
from collector.labels import Labels
from collector.remote import Forwarded
from collector.series import Series

TO = 1_756_864_800.0
RULE = {"alert": "High", "expr": "sum_over_time(rate(x[2m])[1d:1m]) > 1", "labels": {"severity": "page"}}


class Engine:
    """A Prometheus in place of the one at the URL, with one counter."""

    def __init__(self, url, *_, **__):
        self.url = url

    def series(self, _matchers, _start, _end):
        return [Labels({"__name__": "x"})]

    def raw(self, _selector, start, end):
        times = np.arange(np.ceil(start / 15), np.floor(end / 15) + 1) * 15
        return [Series(Labels({"__name__": "x"}), times, times)]

    def forward(self, *_):
        return Forwarded(404, b"404 page not found", "text/plain")

    def close(self):
        pass


class Refusing(Engine):
    def raw(self, _selector, _start, _end):
        raise QueryError("http://me:hunter2@there: 401 for Authorization: Bearer abcdef123456")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Engine)
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "g", "interval": "15s", "rules": [RULE]}]}))

    def run(*options, name="q", url="http://me:hunter2@there/prom?token=hunter3"):
        arguments = ["freeze", name, rules, "--url", url, "--cases", tmp_path / "cases", *options]
        return CliRunner().invoke(alerts, [str(one) for one in arguments])

    return run


def test_a_case_is_as_long_as_the_rules_look_back_and_says_how_it_was_thinned(run, tmp_path):
    result = run("--from", TO - 3600, "--to", TO)
    assert result.exit_code == 0, result.output
    assert "those older than 7h before its begin thinned to one in 40s" in result.stdout
    (case,) = load_casebook(tmp_path / "cases")
    (group,) = case.load().select((), 0, 2**60)
    back = TO - 3600 - group.times[0] / 1000
    assert 86_400 + 120 + 600 - 60 <= back <= 86_400 + 120 + 600 + 60
    assert np.diff(group.times).max() == 45_000


def test_a_case_keeps_how_often_groups_are_evaluated_that_do_not_say_it(run, tmp_path, monkeypatch):
    assert run("--from", TO - 3600, "--to", TO).exit_code == 0
    config = b'{"status":"success","data":{"yaml":"global:\\n  evaluation_interval: 15s\\n"}}'
    monkeypatch.setattr(Engine, "forward", lambda *_: Forwarded(200, config, "application/json"))
    assert run("--from", TO - 3600, "--to", TO, name="r").exit_code == 0
    assert [case.evaluation_seconds for case in load_casebook(tmp_path / "cases")] == [None, 15.0]


def test_a_history_that_is_too_short_for_the_rules_is_told(run):
    result = run("--from", TO - 3600, "--to", TO, "--history", "1h")
    assert "all of them as they were scraped" in result.stdout
    assert "the rules look back 1d12m before the case's begin, its samples 1h" in result.stderr


def test_a_prometheus_that_is_younger_than_the_rules_look_back_is_told(run, monkeypatch):
    found = Engine.raw
    begun = TO - 6 * 3600
    monkeypatch.setattr(Engine, "raw", lambda self, s, start, end: found(self, s, max(start, begun), end))
    result = run("--from", TO - 3600, "--to", TO)
    assert "before the case's begin, the server has samples of 5h before it only" in result.stderr
    assert "all of them as they were scraped" in result.stdout


def test_what_was_not_found_is_told_and_the_case_is_written(run, tmp_path):
    rules = yaml.safe_load((tmp_path / "rules.yml").read_text())
    rules["groups"][0]["rules"].append({"alert": "Typo", "expr": "xx > 1"})
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    result = run("--from", TO - 3600, "--to", TO)
    assert (result.exit_code, "nothing found of xx, read by Typo" in result.stderr) == (0, True)


def test_times_may_be_said_from_now(run, tmp_path):
    result = run("--from", "-2h", "--to", "now")
    assert result.exit_code == 0, result.output
    (case,) = load_casebook(tmp_path / "cases")
    assert case.expected.end - case.expected.start == pytest.approx(7200, abs=5)


def test_no_secret_is_in_the_case_or_in_an_error(run, tmp_path, monkeypatch):
    assert run("--from", TO - 3600, "--to", TO).exit_code == 0
    text = (tmp_path / "cases" / "q" / "case.yml").read_text()
    assert yaml.safe_load(text)["origin"] == "recorded from http://there/prom"
    assert "hunter" not in text
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Refusing)
    result = run("--from", TO - 3600, "--to", TO, name="r")
    assert result.stderr == "fireline: http://there: 401 for Authorization: Bearer …\n"
    assert [path.name for path in (tmp_path / "cases").iterdir()] == ["q"]


def test_a_case_is_replaced_with_force_only(run):
    assert run("--from", TO - 3600, "--to", TO).exit_code == 0
    result = run("--from", TO - 3600, "--to", TO)
    assert (result.exit_code, "or --force to replace the case" in result.stderr) == (2, True)
    assert run("--from", TO - 3600, "--to", TO, "--force").exit_code == 0


@pytest.mark.parametrize(("name", "shown"), [("../x", "'../x'"), ("a\nb", r"'a\nb'"), ("", "''")])
def test_a_name_that_is_a_path_is_one_line(run, name, shown):
    result = run("--from", TO - 3600, "--to", TO, name=name)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert f"found {shown}" in result.stderr
