import socket
from pathlib import Path

import pytest
import stamina
from click.testing import CliRunner

from collector.cli import collector

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "openmetrics"


def run(*arguments, text=None):
    return CliRunner().invoke(collector, [str(argument) for argument in arguments], input=text)


def test_an_import_says_what_it_added(tmp_path):
    (tmp_path / "f.om").write_text("a 1 10\na 2 20\n# EOF\n")
    result = run("import", tmp_path / "f.om", "--data", tmp_path / "data")
    assert (result.exit_code, result.stdout.startswith("imported 2 samples of 1 series")) == (0, True)


def test_an_import_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "f.om").write_text("a 1\n# EOF\n")
    result = run("import", tmp_path / "f.om", "--data", tmp_path / "data")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert (
        line
        == f"fireline: {tmp_path / 'f.om'}: line 1: expected a value and a timestamp in seconds, found '1'"
    )


@pytest.mark.parametrize("places", [[], ["--data", "d", "--database", "postgresql://u:secret@h/d"]])
def test_an_import_goes_to_one_place(tmp_path, places):
    result = run("import", tmp_path / "f.om", *places)
    assert (result.exit_code, "expected one of --data and --database" in result.stderr) == (2, True)


def test_a_database_that_is_no_url_is_not_repeated(tmp_path):
    result = run("import", tmp_path / "f.om", "--database", "mysql://u:secret@h/d")
    assert result.exit_code == 2
    assert "expected a database URL such as postgresql://user@host/name" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("text", "options", "code", "said"),
    [
        ("# TYPE a counter\na_total 1\n# EOF\n", [], 0, "1 samples"),
        ("# TYPE a counter\na_total -1\n# EOF\n", [], 1, "line 2"),
        ("a 1\n", ["--format", "text"], 0, "1 samples"),
        ("a one\n", ["--format", "text"], 1, "line 1: expected a number"),
    ],
)
def test_metrics_are_checked_with_an_exit_code(text, options, code, said):
    result = run("check-metrics", "-", *options, text=text)
    assert (result.exit_code, said in result.output) == (code, True)


def test_a_wrong_configuration_starts_nothing(tmp_path):
    (tmp_path / "p.yml").write_text("scrape_config: []\n")
    result = run("serve", "--config", tmp_path / "p.yml", "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert "scrape_config: unknown key: did you mean scrape_configs?" in result.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--query-timeout", "soon", "not a duration: 'soon'"),
        ("--query-timeout", "0s", "expected a duration above 0"),
        ("--query-lookback-delta", "-5m", "not a duration"),
        ("--query-max-samples", "0", "0 is not in the range"),
        ("--query-max-concurrency", "many", "'many' is not a valid integer range"),
    ],
)
def test_a_wrong_limit_starts_nothing(tmp_path, flag, value, said):
    result = run("serve", "--config", tmp_path / "p.yml", "--data", tmp_path / "data", flag, value)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (2, True)


def test_a_secret_that_cannot_be_read_is_one_line_and_starts_nothing(tmp_path):
    secret = tmp_path / "none"
    (tmp_path / "p.yml").write_text(
        f"scrape_configs: [{{job_name: a, authorization: {{credentials_file: {secret}}}}}]"
    )
    result = run(
        "serve", "--config", tmp_path / "p.yml", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"
    )
    key = "scrape_configs[0].authorization.credentials_file"
    place = f"{tmp_path / 'p.yml'}: {key}: {secret}"
    expected = f"fireline: {place}: expected a file with a secret: No such file or directory\n"
    assert (result.exit_code, result.stderr) == (2, expected)
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_starts_nothing(tmp_path):
    (tmp_path / "p.yml").write_text("global: {}\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(
            "serve", "--config", tmp_path / "p.yml", "--data", tmp_path, "--listen", f"127.0.0.1:{port}"
        )
    assert result.exit_code == 2
    assert (
        result.stderr
        == f"fireline: --listen 127.0.0.1:{port}: Address already in use: expected a free address\n"
    )


@pytest.mark.parametrize("address", ["9090", "host", "host:99999"])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    result = run("serve", "--config", tmp_path / "p.yml", "--listen", address)
    assert result.exit_code == 2
    assert "expected HOST:PORT" in result.stderr


RULES = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n"
SILENT = """rule_files: [r.yml, none.yml]
tests:
- {name: up, input_series: [{series: up, values: 1}], alert_rule_test: [{alertname: Down}]}
"""
LOUD = """rule_files: [r.yml]
tests:
- {name: down, input_series: [{series: up, values: 0 0}], alert_rule_test: [{eval_time: 1m, alertname: Down}]}
- {promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 1}]}]}
"""
REPORT = """  FAILED:
    name: down, alertname: Down, time: 1m
        expected: nothing
        got:
            labels {alertname="Down"}, annotations {}

    expr: up, time: 0s
        expected:
            up 1
        got: nothing
"""


@pytest.fixture
def rule_tests(tmp_path):
    for name, text in {
        "r.yml": RULES,
        "silent.yml": SILENT,
        "loud.yml": LOUD,
        "wrong.yml": "test: 1",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_rule_tests_that_pass_say_success_and_warn_of_files_that_are_not_there(rule_tests):
    result = run("test-rules", rule_tests / "silent.yml")
    assert (result.exit_code, result.stdout) == (
        0,
        f"Unit Testing:  {rule_tests / 'silent.yml'}\n  SUCCESS\n\n",
    )
    assert result.stderr == "  WARNING: no file matches 'none.yml'\n"


def test_rule_tests_that_fail_say_what_was_expected_and_what_came(rule_tests):
    result = run("test-rules", rule_tests / "loud.yml")
    assert (result.exit_code, result.stdout) == (1, f"Unit Testing:  {rule_tests / 'loud.yml'}\n\n")
    assert result.stderr == REPORT


def test_every_file_of_rule_tests_is_run_after_one_that_is_wrong(rule_tests):
    result = run("test-rules", rule_tests / "wrong.yml", rule_tests / "silent.yml")
    assert (result.exit_code, result.stdout.count("SUCCESS")) == (1, 1)
    assert f"{rule_tests / 'wrong.yml'}: test: unknown key: did you mean tests?" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "Missing argument 'FILE...'"), (["none.yml"], "does not exist"), (["--bogus"], "No such option")],
)
def test_a_mistake_in_calling_test_rules_exits_as_promtool_does(arguments, said):
    result = run("test-rules", *arguments)
    assert (result.exit_code, said in result.stderr) == (1, True)


CONFIG = """scrape_configs:
- job_name: a
  static_configs: [{targets: [h:1, h:2]}]
  basic_auth: {username: me, password_file: secret}
rule_files: [r.yml]
"""


@pytest.fixture
def configuration(tmp_path):
    (tmp_path / "p.yml").write_text(CONFIG)
    (tmp_path / "r.yml").write_text(RULES)
    (tmp_path / "secret").write_text("s")
    return tmp_path / "p.yml"


def test_a_configuration_is_checked_without_a_start(configuration):
    result = run("check-config", configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Checking {configuration}\n  SUCCESS: 1 jobs, 2 targets, 1 rules found\n\n"
    assert not (configuration.parent / "data").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.yml", "scrape_configs: [{job_nam: a}]", "is job_nam meant for it?"),
        ("r.yml", "groups: [{name: g, rules: [{record: a, expr: 'up('}]}]", "r.yml: groups[0].rules[0].expr"),
        ("r.yml", None, "r.yml: cannot be read: No such file or directory"),
        ("secret", None, "basic_auth.password_file"),
    ],
)
def test_a_configuration_that_could_not_be_started_exits_with_one(configuration, name, text, said):
    changed = configuration.parent / name
    changed.unlink() if text is None else changed.write_text(text)
    result = run("check-config", configuration)
    assert (result.exit_code, result.stderr.startswith("  FAILED: "), said in result.stderr) == (
        1,
        True,
        True,
    )


def test_every_rule_file_is_checked_after_one_that_is_wrong(rule_tests):
    result = run("check-rules", rule_tests / "wrong.yml", rule_tests / "r.yml")
    assert (result.exit_code, result.stdout.count("SUCCESS: 1 rules found")) == (1, 1)
    assert "wrong.yml: test: unknown key" in result.stderr


def test_rules_may_use_experimental_functions_where_they_are_told_to(tmp_path):
    (tmp_path / "r.yml").write_text(
        "groups: [{name: g, rules: [{record: a, expr: 'mad_over_time(up[1m])'}]}]"
    )
    (tmp_path / "t.yml").write_text("rule_files: [r.yml]\ntests: [{interval: 1m}]\n")
    for command, file in (("check-rules", "r.yml"), ("test-rules", "t.yml")):
        assert run(command, tmp_path / file).exit_code == 1
        assert run(command, "--enable-experimental", tmp_path / file).exit_code == 0


def test_a_discovery_file_that_is_missing_is_warned_of(tmp_path):
    job = "{job_name: a, file_sd_configs: [{files: [nope.json, none-*.json]}]}"
    (tmp_path / "p.yml").write_text(f"scrape_configs: [{job}]")
    result = run("check-config", tmp_path / "p.yml")
    assert (result.exit_code, result.stdout.count("WARNING")) == (0, 1)
    assert f"WARNING: {tmp_path / 'nope.json'}: no such discovery file" in result.stdout


@pytest.mark.parametrize("command", ["check-config", "check-rules"])
@pytest.mark.parametrize("arguments", [[], ["none.yml"]])
def test_a_mistake_in_calling_a_check_exits_as_promtool_does(command, arguments):
    assert run(command, *arguments).exit_code == 1


def test_an_export_says_why_it_waits():
    with stamina.set_testing(True, attempts=2), socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        taken.close()
        result = run("export", "--url", url, "--match", "up", "--start", "0")
    assert result.exit_code == 2
    told, failed = result.stderr.splitlines()
    assert told == f"fireline: {url}: Connection refused: trying again for 60s"
    assert failed.startswith(f"fireline: {url}: Connection refused (tried for")


def test_duplicates_of_an_import_are_told(tmp_path):
    (tmp_path / "f.om").write_text("a 1 10\na 2 10\na 3 20\n# EOF\n")
    result = run("import", tmp_path / "f.om", "--data", tmp_path / "data")
    assert result.stdout.startswith("imported 2 samples of 1 series")
    assert result.stdout.endswith("; 1 were there already, and stay as they were\n")
