"""What specs of other tools compile to, as Prometheus' own tool reads it."""

import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest

from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.formats.files import load_slos
from alerts.policy import Policy
from alerts.rules_text import rules_yaml
from alerts.ruletests import rule_tests
from alerts.slo import Slo
from tests.alerts.formats.pyrra_specs import latency, objective

SLOTH = Path(__file__).parents[4] / "shared" / "conformance" / "sloth" / "specs"
PYRRA = {
    "ratio": objective(),
    "latency": objective(indicator=latency(), window="7d"),
    "gauge": objective(indicator={"bool_gauge": {"metric": "probe_success"}}, alerting={"name": "Probe"}),
}
SPECS = ["getting-started", "home-wifi", "multifile", "no-alerts", "raw-home-wifi", *PYRRA]
OPTIONS = [CompileOptions(), CompileOptions(exact_windows=False), CompileOptions(recorded=False)]


def slos_of(name: str, folder: Path) -> list[Slo]:
    if name in PYRRA:
        (folder / "pyrra.yml").write_text(rules_yaml(PYRRA[name]))
        return load_slos(folder / "pyrra.yml")
    if not SLOTH.is_dir():
        pytest.skip("../shared is absent: no specs of Sloth")
    return load_slos(SLOTH / f"{name}.yml")


@pytest.mark.parametrize("name", SPECS)
def test_every_expression_parses(tmp_path, name):
    slos = slos_of(name, tmp_path)
    for options in OPTIONS:
        for group in compile_slos(slos, policies_of(slos), options)["groups"]:
            for rule in group["rules"]:
                promql_parser.parse(rule["expr"])


def promtool(*arguments: str, folder: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("Debian package prometheus is missing")
    done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.servers
def test_promtool_accepts_the_rules(tmp_path):
    names = [f"{name}-{number}.yml" for name in SPECS for number in range(len(OPTIONS))]
    for name in SPECS:
        slos = slos_of(name, tmp_path)
        for number, options in enumerate(OPTIONS):
            rules = rules_yaml(compile_slos(slos, policies_of(slos), options))
            (tmp_path / f"{name}-{number}.yml").write_text(rules)
    promtool("check", "rules", *names, folder=tmp_path)


@pytest.mark.servers
@pytest.mark.parametrize("name", SPECS)
def test_promtool_passes_the_tests_written_beside_the_rules(tmp_path, name):
    slos = slos_of(name, tmp_path)
    some = {key: Policy(key, policy.tiers[:1]) for key, policy in policies_of(slos).items()}
    compiled = compile_slos(slos, some)
    (tmp_path / "r.yml").write_text(rules_yaml(compiled))
    (tmp_path / "t.yml").write_text(rules_yaml(rule_tests(slos, some, "r.yml", compiled)))
    promtool("test", "rules", "t.yml", folder=tmp_path)
