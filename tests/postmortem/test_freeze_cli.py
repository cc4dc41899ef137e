import json
from dataclasses import replace

import pytest
import yaml
from click.testing import CliRunner

from alerts.cli import EXAMPLES, alerts
from alerts.compile import compile_slos, policies_of
from alerts.formats.files import load_slos
from collector import cli_prometheus
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.remote import Forwarded
from collector.rules.files import AlertingRule, parse_groups
from collector.series import Series
from postmortem import freeze_cli
from postmortem.cases.files import read_case_record
from postmortem.cli import main
from postmortem.records import ServerSettings
from tests.postmortem.conftest import TEN, seed_store

DEAF = {"alert": "Deaf", "expr": 'up{job="shop"} > 5', "labels": {"severity": "page"}}


def compiled():
    slos = load_slos(EXAMPLES / "shop.slo.yml")
    return compile_slos(slos, policies_of(slos))


def rules_answer():
    """What ``/api/v1/rules`` of a server says that evaluates the shop's objectives."""
    groups = [
        {"name": g.name, "file": g.file, "interval": g.interval_seconds, "rules": list(map(rule, g.rules))}
        for g in parse_groups(compiled())
    ]
    return json.dumps({"status": "success", "data": {"groups": groups}}).encode()


def rule(one):
    told = {"name": one.name, "query": one.expr, "labels": dict(one.labels), "type": "recording"}
    if isinstance(one, AlertingRule):
        told |= {"type": "alerting", "duration": one.for_seconds, "annotations": dict(one.annotations)}
    return told


class Engine:
    """The server of the seed's samples and of these rules."""

    store, rules = seed_store(), rules_answer()

    def __init__(self, *_, **__):
        pass

    def series(self, matchers, start, end):
        return [series.labels for one in matchers for series in self.raw(one, start, end)]

    def raw(self, selector, start, end):
        matchers = parse(selector, size=QuerySize()).matchers
        groups = self.store.select(matchers, round(start * 1000), round(end * 1000))
        return [
            Series(labels, group.times / 1000, values)
            for group in groups
            for labels, values in zip(group.labels, group.values, strict=True)
        ]

    def forward(self, _method, path, _pairs):
        if path != "/api/v1/rules":
            return Forwarded(404, b"no", "text/plain")
        return Forwarded(200, self.rules, "application/json")

    def close(self):
        pass


@pytest.fixture
def run(tmp_path, monkeypatch, seed_report):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Engine)
    monkeypatch.setattr(freeze_cli, "report_on", lambda *_: (seed_report, ServerSettings()))

    def run(*options):
        arguments = ["freeze", "latest", "--url", "http://there", *map(str, options)]
        return CliRunner().invoke(main, arguments)

    return run


def judge(rules, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rules))
    arguments = ["ci", str(path), "--cases", "cases", "--page", 'severity="page"']
    return CliRunner().invoke(alerts, arguments)


def test_a_frozen_incident_passes_with_the_rules_that_paged_and_fails_with_deaf_ones(run, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    assert "kB; " in result.output
    assert "s after the onset, as is due" in result.output
    passed = judge(compiled(), tmp_path)
    assert passed.exit_code == 0, passed.output
    failed = judge({"groups": [{"name": "g", "rules": [DEAF]}]}, tmp_path)
    assert (failed.exit_code, "no page" in failed.output) == (1, True), failed.output


def test_a_case_has_the_incidents_id_title_and_labels(run, tmp_path):
    run("--name", "seed")
    content = yaml.safe_load((tmp_path / "cases" / "seed" / "case.yml").read_text(encoding="utf-8"))
    known = {"id": "2025-09-03-1", "severity": "page", "services": ["order", "product"]}
    assert content["incident"] == known
    assert content["title"]["en"] == "주문 가용성: 오류 예산이 빠르게 소진"


def test_a_case_is_told_in_the_zone_of_its_server(run, tmp_path, monkeypatch, seed_report):
    there = replace(seed_report, evidence=replace(seed_report.evidence, time_zone="Asia/Tokyo"))
    monkeypatch.setattr(freeze_cli, "report_on", lambda *_: (there, ServerSettings()))
    run("--name", "seed")
    assert read_case_record(str(tmp_path / "cases" / "seed")).zone.key == "Asia/Tokyo"


def test_the_onset_is_as_reviewed(run, tmp_path):
    result = run("--onset", TEN + 5 * 60)
    assert "onset 2025-09-03T01:05:00Z, as given by --onset; a page is due within 11m" in result.output
    assert "as it came then: give --page-within" in result.output


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--onset", TEN + 16 * 60], "60 s before the onset (2025-09-03T01:16:00Z, as given by --onset)"),
        (["--onset", TEN - 86_400], "--onset: expected within the report's samples"),
        (["--name", "../x"], "NAME: expected lower-case letters"),
        (["--rules", "missing.yml"], "missing.yml"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(run, tmp_path, options, text):
    result = run(*options)
    assert (result.exit_code, text in result.output, len(result.output.splitlines())) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_rules_is_told(run, monkeypatch):
    monkeypatch.setattr(Engine, "rules", b'{"data":{"groups":[]}}')
    result = run()
    assert "/api/v1/rules: expected rules with alerts, found none" in result.output
