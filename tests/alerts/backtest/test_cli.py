import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from alerts.casefile import BUILT_IN
from alerts.cli import EXAMPLES, alerts
from collector import cli_prometheus
from collector.importer import import_file
from collector.labels import Labels
from collector.remote import Forwarded
from collector.series import Series
from collector.store.durable import SampleStore

START, END = "2025-09-03T00:00:00Z", "2025-09-03T02:00:00Z"
FROM = 1_756_857_600.0
DURING = ("--from", START, "--to", END)
RULE = {"alert": "High", "expr": "x > 1", "labels": {"severity": "critical"}}


class Engine:
    """A Prometheus in place of the one at the URL: a gauge that is 2 from 00:30 to 00:40."""

    def __init__(self, url, *_, **__):
        self.url = url

    def raw(self, _selector, start, end):
        times = np.arange(np.ceil(start / 15), np.floor(end / 15) + 1) * 15
        inside = (times >= FROM + 1800) & (times < FROM + 2400)
        return [Series(Labels({"__name__": "x"}), times, np.where(inside, 2.0, 0.0))] if len(times) else []

    def forward(self, *_):
        config = b'{"status":"success","data":{"yaml":"global:\\n  evaluation_interval: 30s\\n"}}'
        return Forwarded(200, config, "application/json")

    def close(self):
        pass


def run(*arguments):
    return CliRunner().invoke(alerts, ["backtest", *map(str, arguments)])


def written(path, content):
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def rules(tmp_path):
    return written(tmp_path / "rules.yml", {"groups": [{"name": "g", "interval": "15s", "rules": [RULE]}]})


@pytest.fixture
def incidents(tmp_path):
    one = {"onset": "2025-09-03T00:29:00Z", "end": "2025-09-03T00:38:00Z", "title": "Too much"}
    return written(tmp_path / "incidents.yml", {"incidents": [one]})


@pytest.fixture
def url(monkeypatch):
    monkeypatch.setattr(cli_prometheus, "RemoteQuerier", Engine)
    return "http://there"


def test_a_rule_of_anybody_is_told_with_what_it_was_worth(rules, incidents, url):
    result = run(rules, *DURING, "--url", url, "--incidents", incidents, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (firing,) = told["firings"]
    assert (firing["fired_at"], firing["reset_at"], firing["is_true"]) == (FROM + 1800, FROM + 2400, True)
    assert (told["recall"], told["precision"]) == (1.0, 1.0)
    assert told["detect_seconds"] == {"median": 60.0, "worst": 60.0}
    assert told["reset_seconds"] == {"median": 120.0, "worst": 120.0}


def test_alerts_of_which_none_is_a_page_are_told(tmp_path, url):
    """A series may have the label itself: that one is a page."""
    ticket = {**RULE, "labels": {"severity": "ticket"}}
    path = written(tmp_path / "t.yml", {"groups": [{"name": "g", "rules": [ticket]}]})
    assert "The alert is no page, without severity" in run(path, *DURING, "--prometheus", url).stdout
    own = {"alert": "A", "expr": 'label_replace(x > 1, "severity", "page", "", "")'}
    path = written(tmp_path / "o.yml", {"groups": [{"name": "g", "rules": [own]}]})
    assert "The alert is no page" not in run(path, *DURING, "--prometheus", url).stdout


def test_groups_without_an_interval_are_evaluated_as_the_prometheus_does(tmp_path, url):
    held = {**RULE, "for": "30s"}
    path = written(tmp_path / "r.yml", {"groups": [{"name": "g", "rules": [held]}]})

    def fired_after(*options):
        told = json.loads(run(path, *DURING, "--url", url, *options, "--format", "json").stdout)
        return told["firings"][0]["fired_at"] - FROM - 1800, told["notes"]

    note = "groups without an interval are evaluated each 30s, as http://there does"
    assert fired_after() == (30.0, [f"{note} (global evaluation_interval)"])
    assert fired_after("--evaluation-interval", "2m")[0] == 120.0


def test_without_an_incident_its_page_is_false(rules, url):
    told = json.loads(run(rules, *DURING, "--url", url, "--format", "json").stdout)
    assert (told["recall"], told["false_pages"], told["false_pages_per_30d"]) == (None, 1, 360.0)


def test_what_fired_before_the_start_is_listed_and_false_where_no_incident_is(rules, incidents, url):
    during = ("--from", "2025-09-03T00:35:00Z", "--to", END)
    result = run(rules, *during, "--url", url)
    assert "fired before the start and still did then: High" in result.stdout
    told = json.loads(run(rules, *during, "--url", url, "--format", "json").stdout)
    assert (told["false_pages"], told["firings"][0]["is_lasting"]) == (1, True)
    assert told["firings"][0]["seconds"] == 300.0


def test_a_page_that_never_stops_finds_no_incident_and_hides_no_page(tmp_path, incidents, url):
    always = {"alert": "Always", "expr": "vector(1)", "labels": {"severity": "page"}}
    group = {"name": "g", "interval": "15s", "rules": [always]}
    path = written(tmp_path / "always.yml", {"groups": [group]})
    quiet = run(path, *DURING, "--url", url)
    assert "fires all the time, from before the start to the end: Always" in quiet.stdout
    assert "Nothing fired" not in quiet.stdout
    told = json.loads(run(path, *DURING, "--url", url, "--format", "json").stdout)
    assert told["false_pages"] == 1
    options = ("--url", url, "--incidents", incidents, "--format", "json")
    told = json.loads(run(path, *DURING, *options).stdout)
    assert (told["recall"], told["precision"], told["false_pages"]) == (0.0, None, 0)
    written(path, {"groups": [{**group, "rules": [always, RULE]}]})
    told = json.loads(run(path, *DURING, *options).stdout)
    assert (told["recall"], told["precision"], told["false_pages"]) == (1.0, 1.0, 0)


def test_tables_are_in_the_wanted_zone(rules, incidents, url):
    options = ("--url", url, "--incidents", incidents, "--timezone", "Asia/Seoul")
    assert "09:30:00" in run(rules, *DURING, *options).stdout
    markdown = run(rules, *DURING, *options, "--format", "markdown").stdout
    assert "| High | critical | 09:30:00 | 09:40:00 | 10m | true |" in markdown


def test_slos_are_compiled_and_run_over_the_samples_of_cases(tmp_path):
    cases = tmp_path / "cases"
    cases.mkdir()
    for name in ("seed-2025-09-03", "deploy"):
        (cases / name).symlink_to(BUILT_IN / name)
    chart = tmp_path / "chart.svg"
    slos = EXAMPLES / "shop.slo.yml"
    result = run(slos, "--cases", cases, "--format", "json", "--chart", chart)
    told = json.loads(result.stdout)
    (incident,) = told["incidents"]
    assert (incident["detect_seconds"], incident["reset_seconds"]) == (120.0, None)
    assert incident["by"]["slo"] == "product-latency"
    assert 0 < incident["budget_spent"]["product-latency"] < 0.02
    texts = [text.text for text in ET.parse(chart).iter("{http://www.w3.org/2000/svg}text")]
    assert "product-latency · fast" in texts
    assert "Nothing fired in deploy." in texts


def test_rules_that_read_their_own_past_run_with_a_note(tmp_path, url):
    rules = [
        {"record": "n", "expr": "(x > bool 1) * (1 + (n or vector(0)))"},
        {"alert": "N", "expr": "n >= 3"},
    ]
    path = written(tmp_path / "own.yml", {"groups": [{"name": "g", "interval": "15s", "rules": rules}]})
    told = json.loads(run(path, *DURING, "--url", url, "--format", "json").stdout)
    assert told["firings"][0]["fired_at"] == FROM + 1830
    assert "step by step" in told["stretches"][0]["notes"][0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected a history: --prometheus URL, --data DIR or --cases DIR"),
        (("--url", "http://there"), "expected --from and, after it, --to"),
        (("--url", "http://there", "--data", "d"), "expected one of --prometheus and --data"),
        (("--url", "http://there", "--from", "1", "--to", "1e9"), "expected --to within 400d of --from"),
        ((*DURING, "--data", "nowhere"), "expected a folder with a samples.db"),
    ],
)
def test_a_history_that_is_not_said_is_one_line(rules, arguments, message):
    result = run(rules, *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "x >"}]}]}, "expr"),
        ({"groups": [{"name": "g", "rules": [{"record": "a", "expr": "x"}]}]}, "expected alerts, found none"),
        ({"kind": "Deployment"}, "expected"),
    ],
)
def test_files_that_are_wrong_are_one_line(tmp_path, content, message):
    result = run(written(tmp_path / "wrong.yml", content), *DURING, "--url", "http://there")
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_incident_that_is_told_twice_counts_once(rules, incidents, url, tmp_path):
    case = tmp_path / "cases" / "much"
    case.mkdir(parents=True)
    (case / "samples.om").write_text("# EOF\n")
    times = {"start": "2025-09-03T00:00:00Z", "onset": "2025-09-03T00:29:30Z", "end": "2025-09-03T01:00:00Z"}
    title = {"en": "The case", "ko": "사례"}
    content = {"version": 1, "name": "much", "title": title, "samples": "samples.om", "page_within": "2m"}
    written(case / "case.yml", content | times)
    options = ("--url", url, "--incidents", incidents, "--cases", tmp_path / "cases", "--format", "json")
    told = json.loads(run(rules, *DURING, *options).stdout)
    assert [one["title"] for one in told["incidents"]] == ["Too much"]
    assert "Too much; The case (their onsets are 30s apart)" in told["stretches"][0]["notes"][0]


def test_incidents_of_another_time_are_told(rules, incidents, url):
    during = ("--from", "2025-10-03T00:00:00Z", "--to", "2025-10-03T02:00:00Z")
    result = run(rules, *during, "--url", url, "--incidents", incidents)
    assert (result.exit_code, "expected an incident that begins" in result.stderr) == (2, True)


def test_an_expression_that_no_sample_can_answer_is_one_line(tmp_path, url):
    rule = {"alert": "A", "expr": 'x and on () label_replace(x, "a", "b", "i", "(")'}
    path = written(tmp_path / "r.yml", {"groups": [{"name": "g", "rules": [rule]}]})
    result = run(path, *DURING, "--url", url)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_incidents_that_end_before_they_begin_are_told(rules, tmp_path):
    one = {"onset": "2025-09-03T01:00:00Z", "end": "2025-09-03T00:00:00Z", "title": "x"}
    path = written(tmp_path / "i.yml", {"incidents": [one]})
    result = run(rules, *DURING, "--url", "http://there", "--incidents", path)
    assert (result.exit_code, "incidents.0.end: expected after onset" in result.stderr) == (2, True)


def test_a_time_without_its_zone_is_told_as_it_was_written(rules, tmp_path):
    path = tmp_path / "i.yml"
    path.write_text("incidents: [{onset: 2026-09-03 00:00:00, end: 2026-09-03T01:00:00Z, title: x}]")
    result = run(rules, *DURING, "--url", "http://there", "--incidents", path)
    assert "incidents.0.onset: expected a time with its zone" in result.stderr
    assert result.stderr.endswith("found 2026-09-03 00:00:00\n")


def test_a_metric_that_is_misspelt_is_told(tmp_path, url, monkeypatch):
    found = Engine.raw
    monkeypatch.setattr(Engine, "raw", lambda self, s, *when: [] if "xx" in s else found(self, s, *when))
    typo = {"alert": "Typo", "expr": "xx > 1"}
    path = written(tmp_path / "t.yml", {"groups": [{"name": "g", "interval": "15s", "rules": [RULE, typo]}]})
    told = "nothing found of xx, read by Typo (no series has that name)"
    assert told in run(path, *DURING, "--url", url).stdout


def test_a_history_without_any_of_it_is_told_with_its_times(rules, url, monkeypatch):
    monkeypatch.setattr(Engine, "raw", lambda *_: [])
    result = run(rules, *DURING, "--url", url)
    told = "what the rules read (x), found none from 2025-09-02 23:45:00+00:00 to 2025-09-03 02:00:00+00:00"
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_what_is_no_matcher_names_its_option(rules):
    assert "--page: expected a matcher such as" in run(rules, "--page", "severity").stderr


def test_rules_as_kubernetes_has_them_are_read(tmp_path, url):
    content = {"kind": "PrometheusRule", "spec": {"groups": [{"name": "g", "rules": [RULE]}]}}
    told = run(written(tmp_path / "k.yml", content), *DURING, "--url", url, "--format", "json")
    assert json.loads(told.stdout)["firings"][0]["labels"]["alertname"] == "High"


def test_a_history_without_what_the_rules_read_is_told(tmp_path, rules):
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "deploy").symlink_to(BUILT_IN / "deploy")
    assert "deploy holds no samples of what the rules read" in run(rules, "--cases", cases).stdout


def test_an_own_store_is_read(tmp_path, rules):
    page = tmp_path / "x.om"
    page.write_text(f"x 2 {FROM + 60}\n# EOF\n")
    store = SampleStore(tmp_path / "data")
    import_file(page, store)
    store.close()
    told = json.loads(run(rules, *DURING, "--data", tmp_path / "data", "--format", "json").stdout)
    assert told["firings"][0]["seconds"] == 300.0


def test_guardrails_are_backtested_as_slos_are(tmp_path, url):
    signal = {"query": "max_over_time(x[$window])", "unit": "count", "bad": "above", "limit": 1, "for": "30s"}
    one = {"name": "high", "title": {"en": "High"}, "service": "web", **signal}
    path = written(tmp_path / "g.yml", {"version": 1, "guardrails": [one]})
    told = json.loads(run(path, *DURING, "--url", url, "--format", "json").stdout)
    (firing,) = told["firings"]
    assert (firing["fired_at"], firing["labels"]["guardrail"]) == (FROM + 1830, "high")
    assert told["false_pages"] == 0
