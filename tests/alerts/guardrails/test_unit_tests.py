"""The tests beside compiled guardrails, judged by ``fireline collector test-rules``."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.cli import alerts
from alerts.guardrails.rules import compile_guardrails
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.guardrails.unit_tests import guardrail_tests, untested
from alerts.rules_text import rules_yaml
from collector.cli import collector

SHARE = 'sum(rate(reads_total{hit="yes"}[$window])) / sum(rate(reads_total[$window]))'
HITS = Guardrail("hits", {"en": "Hits"}, "web", SHARE, "ratio", "below", 0.6)
SLOW = 'histogram_quantile(0.9, sum by (le) (rate(took_bucket{job="a"}[$window])))'
LATENCY = Guardrail("latency", {"en": "Latency"}, "web", SLOW, "seconds", "above", 0.25, for_seconds=30)
LEFT = Guardrail(
    "left", {"en": "Left"}, "web", "sum(rate(x_total[$window]))", "per_second", "above", None,
    Baseline(600, 180, 3, None),
)  # fmt: skip
LAG = Guardrail("lag", {"en": "Lag"}, "db", "max(max_over_time(lag[$window]))", "seconds", "above", 2)
GROUPED = Guardrail(
    "grouped", {"en": "G"}, "web", 'sum by (r) (rate(x_total{r=~"a|b"}[$window]))', "per_second", "above", 9
)
NEVER = Guardrail("never", {"en": "Never"}, "web", SHARE, "ratio", "above", 1.5)
EACH = pytest.mark.parametrize("guardrail", [HITS, LATENCY, LEFT, LAG, GROUPED], ids=lambda one: one.name)


def judged(guardrail: Guardrail, folder: Path, spoilt: tuple[str, str] = ("", "")):
    """The verdict on rules in which one text was replaced by another after the tests were written."""
    rules = compile_guardrails([guardrail])
    tests = guardrail_tests([guardrail], "g.yml", rules)
    text = rules_yaml(rules)
    assert spoilt[0] in text
    (folder / "g.yml").write_text(text.replace(*spoilt) if spoilt[0] else text)
    (folder / "t.yml").write_text(rules_yaml(tests))
    return CliRunner().invoke(collector, ["test-rules", str(folder / "t.yml")]).exit_code, tests["tests"]


@EACH
def test_a_guardrail_fires_just_beyond_and_is_silent_just_within(guardrail, tmp_path):
    code, tests = judged(guardrail, tmp_path)
    assert (code, [bool(test["promql_expr_test"][0]["exp_samples"]) for test in tests]) == (0, [False, True])


@pytest.mark.parametrize(
    ("guardrail", "spoilt"),
    [
        (HITS, ("< 0.6", "< 0.5")),
        (HITS, ("< 0.6", "< 0.7")),
        (HITS, ("< 0.6", "> 0.6")),
        (LATENCY, ("0.25", "0.3")),
        (LATENCY, ("for: 30s", "for: 30m")),
        (LATENCY, ('job="a"', 'job="b"')),
        (LEFT, ("3 * ", "4 * ")),
        (LEFT, ("offset 3m", "offset 9m")),
        (LAG, ("service: db", "service: web")),
    ],
)
def test_the_tests_fail_where_the_rules_are_changed(guardrail, spoilt, tmp_path):
    assert judged(guardrail, tmp_path, spoilt)[0] == 1


def test_limit_and_baseline_are_tested_apart():
    both = Guardrail("b", {"en": "B"}, "web", SHARE, "ratio", "below", 0.6, Baseline(600, 180, None, 0.15))
    names = [test["name"] for test in guardrail_tests([both], "g.yml", {"groups": []})["tests"]]
    assert names == [
        "b is silent within its limit",
        "b fires beyond its limit",
        "b is silent near its baseline",
        "b fires once it left its baseline",
    ]


def test_what_no_series_crosses_has_no_test():
    tests = guardrail_tests([HITS, NEVER], "g.yml", {"groups": []})
    assert untested([HITS, NEVER], tests) == ["never"]


SHOP = "alerts/examples/shop.slo.yml"
FILE = """version: 1
guardrails:
  - {name: NAME, title: {en: Lag}, service: db, unit: seconds, bad: above, limit: LIMIT,
     query: "max(max_over_time(lag[$window]))"}
"""


def guardrail_file(path: Path, name: str = "lag", limit: float = 2) -> Path:
    path.write_text(FILE.replace("NAME", name).replace("LIMIT", str(limit)))
    return path


def compiled(*arguments: object):
    return CliRunner().invoke(alerts, ["compile", *map(str, arguments)])


def test_compile_writes_guardrails_with_their_tests_beside_slos(tmp_path):
    out = tmp_path / "rules"
    done = compiled(SHOP, guardrail_file(tmp_path / "shop.guardrails.yml"), "--out", out)
    assert (done.exit_code, done.stderr) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        "shop.rules.yml", "shop.test.yml", "shop.guardrails.rules.yml", "shop.guardrails.test.yml"
    }  # fmt: skip
    tests = CliRunner().invoke(collector, ["test-rules", str(out / "shop.guardrails.test.yml")])
    assert (tests.exit_code, "SUCCESS" in tests.stdout) == (0, True)


def test_compile_says_which_guardrail_has_no_test(tmp_path):
    done = compiled(guardrail_file(tmp_path / "g.yml", limit=-1e30), "--out", tmp_path / "rules")
    assert done.stderr.startswith("warning: guardrail lag has no unit test: no series")


def test_a_guardrails_name_is_used_once_in_all_files(tmp_path):
    files = [guardrail_file(tmp_path / name) for name in ("a.yml", "b.yml")]
    done = compiled(*files, "--out", tmp_path / "rules")
    expected = f"{files[1]}: guardrails: lag: expected a name used once, found it in {files[0]} too"
    assert (done.exit_code, done.stderr) == (2, f"fireline: {expected}\n")
