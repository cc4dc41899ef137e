"""Verdicts on files of rule tests, from us and from promtool."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from alerts.compile import compile_slos, policies_of
from alerts.formats.files import load_slos
from alerts.rules_text import rules_yaml
from alerts.ruletests import rule_tests
from collector.cli import collector

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))
SLOS = load_slos(Path("alerts/examples/shop.slo.yml"))[:1]
DOCUMENTED_RULES = """groups:
- name: shop
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.job }} is down'}
"""
VERDICT = re.compile(r"^  (SUCCESS|FAILED:)$", re.MULTILINE)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def write(case, parent):
    folder = parent / "tests"
    folder.mkdir(parents=True)
    (folder / "test.yml").write_text(case["test"])
    if "rules" in case:
        (folder / "rules.yml").write_text(case["rules"])
    return folder / "test.yml"


def ours(file):
    return CliRunner().invoke(collector, ["test-rules", str(file)])


@pytest.fixture(scope="module")
def promtools(tmp_path_factory):
    """What promtool says of each case, by name: it is asked of all at once, as its start takes longest."""
    if shutil.which("promtool") is None:
        pytest.skip("Debian package prometheus is not installed")
    folder = tmp_path_factory.mktemp("promtool")
    files = {case["name"]: str(write(case, folder / str(n))) for n, case in enumerate(CASES)}
    done = subprocess.run(
        ["promtool", "test", "rules", *files.values()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = dict(each.split("\n", 1) for each in done.stdout.split("Unit Testing:  ")[1:])
    return {name: said[file] for name, file in files.items()}


@each_case
def test_the_verdict_is_the_one_on_record(case, tmp_path):
    done = ours(write(case, tmp_path))
    assert done.exit_code == (0 if case["passes"] else 1), done.output
    assert ("SUCCESS" in done.stdout) is case["passes"]


@pytest.mark.servers
@each_case
def test_promtool_comes_to_the_same_verdict(case, promtools):
    passes = not case["passes"] if "differs" in case else case["passes"]
    said = promtools[case["name"]]
    assert VERDICT.findall(said) == ["SUCCESS" if passes else "FAILED:"], said


def test_the_tests_beside_compiled_rules_pass(tmp_path):
    slos = SLOS[:1]
    rules = compile_slos(slos, policies_of(slos))
    (tmp_path / "r.yml").write_text(rules_yaml(rules))
    (tmp_path / "t.yml").write_text(rules_yaml(rule_tests(slos, policies_of(slos), "r.yml", rules)))
    done = ours(tmp_path / "t.yml")
    assert done.exit_code == 0, done.output


def test_the_example_in_the_docs_passes(tmp_path):
    docs = (Path(__file__).parents[3] / "docs" / "collector.md").read_text(encoding="utf-8")
    (tmp_path / "t.yml").write_text(
        "rule_files" + docs.partition("```yaml\nrule_files")[2].partition("```")[0]
    )
    (tmp_path / "shop.rules.yml").write_text(DOCUMENTED_RULES)
    assert ours(tmp_path / "t.yml").exit_code == 0
