import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from alerts.casefile import BUILT_IN
from alerts.cli import EXAMPLES, alerts
from alerts.compile import compile_slos, policies_of
from alerts.formats.files import load_slos
from collector.durations import format_duration
from tests.alerts.ci.sloth_rules import sloth_rules

DOCS = Path("docs/slos.md")


def run(*arguments):
    return CliRunner().invoke(alerts, ["ci", *map(str, arguments)])


@pytest.fixture(scope="module")
def rules():
    slos = load_slos(EXAMPLES / "shop.slo.yml")
    return compile_slos(slos, policies_of(slos))


def written(path, *rules, **group):
    """The path, of a file with these rules as its one group."""
    path.write_text(yaml.safe_dump({"groups": [{"name": "g", **group, "rules": list(rules)}]}))
    return path


@pytest.fixture
def file(tmp_path, rules):
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rules))
    return path


@pytest.fixture
def accepted(tmp_path):
    return tmp_path / "accepted.yml"


@pytest.fixture
def two_cases(tmp_path):
    """The incident and a quiet day of those that ship: all of them take their time."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("seed-2025-09-03", "deploy"):
        (folder / name).symlink_to(BUILT_IN / name)
    return folder


def test_our_rules_page_on_the_incident_within_two_minutes_and_on_no_quiet_day(file, accepted):
    result = run(file, "--accepted", accepted, "--accept", "--format", "json")
    assert result.exit_code == 0, result.output
    cases = {case["case"]: case for case in json.loads(result.stdout)["cases"]}
    assert 0 < cases.pop("seed-2025-09-03")["page_seconds"] <= 120
    assert len(cases) == 8
    assert {case["page_seconds"] for case in cases.values()} == {None}
    assert "seed-2025-09-03" in accepted.read_text()


def test_a_weaker_rule_fails_and_the_case_is_named(file, two_cases, accepted, rules):
    run(file, "--cases", two_cases, "--accepted", accepted, "--accept")
    for group in rules["groups"]:
        slower = [{**rule, "for": "1m"} if "alert" in rule else rule for rule in group["rules"]]
        group["rules"] = slower
    file.write_text(yaml.safe_dump(rules))
    result = run(file, "--cases", two_cases, "--accepted", accepted)
    assert result.exit_code == 1
    assert "seed-2025-09-03: pages too late" in result.stdout


def test_what_is_not_as_wanted_is_not_accepted(tmp_path, two_cases, accepted):
    rule = {"alert": "Always", "expr": "vector(1)", "labels": {"severity": "page"}}
    path = written(tmp_path / "always.yml", rule)
    result = run(path, "--cases", two_cases, "--accepted", accepted, "--accept")
    assert (result.exit_code, accepted.exists()) == (1, False)
    assert (
        f"--accept: nothing is accepted and {accepted} stays as it is, since 1 of 2 cases do not end "
        "as they demand (seed-2025-09-03)"
    ) in result.stderr
    assert "deploy: Always fires from before the case's begin on" in result.stdout


def test_a_page_that_never_stops_passes_no_quiet_day_until_it_is_accepted(tmp_path, accepted):
    rule = {"alert": "Always", "expr": "cache_requests_total >= 0", "labels": {"severity": "page"}}
    path, cases = written(tmp_path / "loose.yml", rule), tmp_path / "quiet"
    cases.mkdir()
    (cases / "deploy").symlink_to(BUILT_IN / "deploy")
    arguments = (path, "--cases", cases, "--accepted", accepted)
    assert run(*arguments).exit_code == 1
    taken = run(*arguments, "--accept")
    assert (taken.exit_code, "✗" in taken.stdout) == (0, False)
    assert "deploy: accepted as it is now: Always " in taken.stdout
    again = run(*arguments)
    assert (again.exit_code, "already fired when it began, as accepted" in again.stdout) == (0, True)


def test_cases_of_another_service_judge_nothing(tmp_path, two_cases, accepted):
    rule = {"alert": "High", "expr": "payments_failed_total > 5", "labels": {"severity": "page"}}
    path = written(tmp_path / "payments.yml", rule)
    result = run(path, "--cases", two_cases, "--accepted", accepted)
    assert (result.exit_code, "no case can judge these rules" in result.stdout) == (1, True)
    assert "deploy, seed-2025-09-03: High, which reads payments_failed_total" in result.stdout
    assert "ship with Fireline" not in result.stderr
    assert run(path, "--accepted", accepted, "--accept").stderr.startswith("fireline: without --cases these")
    assert not accepted.exists()


def test_a_metric_that_no_case_has_is_told(tmp_path, two_cases, accepted):
    rule = {
        "alert": "High",
        "expr": "cache_requests_total / cache_reqests_total > 5",
        "labels": {"severity": "page"},
    }
    path = written(tmp_path / "typo.yml", rule)
    result = run(path, "--cases", two_cases, "--accepted", accepted)
    assert "nothing found of cache_reqests_total, read by High (no series has that name)" in result.stdout


def test_rules_without_any_page_are_told(tmp_path, two_cases, accepted):
    rules = [{"alert": name, "expr": "vector(1)", "labels": {"severity": "warning"}} for name in "AB"]
    path = written(tmp_path / "tickets.yml", *rules)
    result = run(path, "--cases", two_cases, "--accepted", accepted)
    assert 'None of the 2 alerts is a page, as none has severity=~"page|critical" or' in result.stdout
    assert "None of the" not in run(path, "--page", "severity=warning", "--cases", two_cases).stdout


def test_a_case_that_rules_look_beyond_is_told(tmp_path, two_cases, accepted):
    rule = {
        "alert": "A",
        "expr": "increase(cache_requests_total[60d]) > 1e12",
        "labels": {"severity": "page"},
    }
    path = written(tmp_path / "long.yml", rule)
    result = run(path, "--cases", two_cases, "--accepted", accepted)
    assert "deploy, seed-2025-09-03: rules look back 30d10m further than the samples go" in result.stdout


def test_a_log_has_whole_tables(tmp_path, two_cases, accepted, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    names = [f"AnAlertOfALongName{n}" for n in range(6)]
    page = {"expr": "vector(time()) > 1756861520", "labels": {"severity": "page"}}
    path = written(tmp_path / "long.yml", *({"alert": name, **page} for name in names))
    assert ", ".join(names) in run(path, "--cases", two_cases, "--accepted", accepted).stdout


def test_rules_that_read_their_own_past_are_run_step_by_step(tmp_path, two_cases, accepted):
    """The third evaluation in a row with errors above 5 % pages."""
    orders = 'http_server_request_duration_seconds_count{http_route="/orders"'
    bad = f'{orders},http_response_status_code=~"5.."}}'
    ratio = f"sum(rate({bad}[1m])) / sum(rate({orders}}}[1m]))"
    rules = [
        {"record": "bad:run", "expr": f"({ratio} > bool 0.05) * (1 + (bad:run or vector(0)))"},
        {"alert": "Bad", "expr": "bad:run >= 3", "labels": {"severity": "page"}},
    ]
    path = written(tmp_path / "own.yml", *rules, interval="1m")
    result = run(path, "--cases", two_cases, "--accepted", accepted, "--format", "json")
    cases = {case["case"]: case for case in json.loads(result.stdout)["cases"]}
    assert cases["seed-2025-09-03"]["by"] == ["Bad"]
    assert 420 < cases["seed-2025-09-03"]["page_seconds"] <= 720


def test_files_without_rules_are_told(tmp_path):
    (tmp_path / "empty.yml").write_text("groups: []")
    assert "expected alerts, found none" in run(tmp_path / "empty.yml").stderr


def test_what_sloths_rules_do_with_the_shipped_cases_is_as_the_docs_say(tmp_path):
    path, slos = tmp_path / "sloth.yml", load_slos(EXAMPLES / "shop.slo.yml")
    path.write_text(yaml.safe_dump(sloth_rules(slos)))
    result = run(path, "--accepted", tmp_path / "accepted.yml", "--format", "json")
    cases = {case["case"]: case for case in json.loads(result.stdout)["cases"]}
    seed = cases.pop("seed-2025-09-03")
    quiet = [name for name, case in cases.items() if case["page_seconds"] is not None]
    told = [duration(seed["page_seconds"]), duration(seed["reset_seconds"]), ", ".join(quiet) or "none"]
    assert f"| Sloth's rules for them | {' | '.join(told)} |" in DOCS.read_text(encoding="utf-8")


def test_slo_files_are_compiled_and_their_budgets_told(two_cases, accepted):
    result = run(EXAMPLES / "shop.slo.yml", "--cases", two_cases, "--accepted", accepted, "--format", "json")
    cases = {case["case"]: case for case in json.loads(result.stdout)["cases"]}
    seed = cases.pop("seed-2025-09-03")
    # Two minutes in which at most all requests are bad, at three times the usual traffic, of 1 % of a month.
    assert 0 < seed["budget_spent"] < 3 * seed["page_seconds"] / (0.01 * 30 * 86_400)
    assert {case["budget_spent"] for case in cases.values()} == {None}


def duration(seconds):
    return "never" if seconds is None else format_duration(seconds)


def test_experimental_functions_are_refused_unless_enabled_as_the_engine_does(tmp_path, two_cases, accepted):
    rule = {
        "alert": "A",
        "expr": "mad_over_time(cache_requests_total[5m]) > 1e9",
        "labels": {"severity": "page"},
    }
    path = written(tmp_path / "new.yml", rule)
    refused = run(path, "--cases", two_cases, "--accepted", accepted)
    assert (refused.exit_code, "is not enabled; --enable-experimental takes it" in refused.stderr) == (
        2,
        True,
    )
    told = run(path, "--cases", two_cases, "--accepted", accepted, "--enable-experimental")
    assert (told.exit_code, "no page" in told.stdout) == (1, True)
