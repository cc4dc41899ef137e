import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml

from alerts.errors import SpecError
from alerts.guardrails.rules import compile_guardrails
from alerts.guardrails.spec import Guardrail, load_guardrails
from alerts.rules_text import rules_yaml
from collector.templates import parse_template

SHOP = load_guardrails(Path("alerts/examples/shop.guardrails.yml"))

HITS = {
    "name": "hits",
    "title": {"en": "Hit ratio", "ko": "적중률"},
    "service": "web",
    "query": "sum(rate(hits_total[$window])) / sum(rate(reads_total[$window]))",
    "unit": "ratio",
    "bad": "below",
    "limit": 0.6,
}
BASELINE = {"over": "1h", "before": "10m", "difference": 0.15}


def load(folder: Path, *guardrails: dict) -> list[Guardrail]:
    path = folder / "guardrails.yml"
    path.write_text(yaml.safe_dump({"version": 1, "guardrails": list(guardrails)}))
    return load_guardrails(path)


def rule(folder: Path, **changes: object) -> dict:
    (rule,) = compile_guardrails(load(folder, {**HITS, **changes}))["groups"][0]["rules"]
    return rule


def test_loss_of_head_room_is_a_ticket(tmp_path):
    compiled = rule(tmp_path)
    assert compiled["expr"] == "(sum(rate(hits_total[1m])) / sum(rate(reads_total[1m]))) < 0.6"
    assert compiled["labels"] == {"service": "web", "guardrail": "hits", "severity": "ticket"}


def test_departure_is_measured_against_an_earlier_longer_window(tmp_path):
    compiled = rule(tmp_path, limit=None, baseline=BASELINE)
    assert compiled["expr"] == (
        "(sum(rate(hits_total[1m])) / sum(rate(reads_total[1m])))"
        " < ((sum(rate(hits_total[1h] offset 10m)) / sum(rate(reads_total[1h] offset 10m))) - 0.15)"
    )


@pytest.mark.parametrize(
    "query", ["max_over_time(depth[$window:15s])", "rate(a_total[$window] offset 1m)"], ids=["step", "offset"]
)
def test_what_a_baseline_cannot_shift_is_named(tmp_path, query):
    load(tmp_path, {**HITS, "query": query})
    with pytest.raises(SpecError, match=r"hits: query: expected \[\$window\] without a step or an offset"):
        load(tmp_path, {**HITS, "query": query, "baseline": BASELINE})


def test_a_factor_multiplies_the_baseline(tmp_path):
    compiled = rule(tmp_path, bad="above", limit=None, baseline={"over": "1h", "before": "5m", "factor": 3})
    assert " > (3 * (sum(rate(hits_total[1h] offset 5m))" in compiled["expr"]


def test_says_why_in_both_languages(tmp_path):
    texts = rule(tmp_path, baseline=BASELINE)["annotations"]
    assert texts["description"].startswith(
        "A ticket because it is below 60% or more than 15 points below where it was "
        "over the 1h that ended 10m ago."
    )
    assert texts["description_ko"].startswith("기준: 60% 미만 또는 10분 전까지 1시간 값보다 15%p 넘게 낮음.")


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.35, "350밀리초"), (1.5, "1.5초"), (90.0, "1분 30초"), (100_000.0, "1일 3시간 46분 40초")],
)
def test_durations_are_said_in_korean(tmp_path, value, said):
    texts = rule(tmp_path, unit="seconds", bad="above", limit=90.0)["annotations"]
    assert (
        parse_template(texts["summary_ko"]).fill({}, value, {}, lambda _query: []) == f"적중률: 현재 {said}"
    )
    assert texts["description_ko"].startswith("기준: 1분 30초 초과.")


def test_the_shops_rules_parse():
    rules = compile_guardrails(SHOP)["groups"][0]["rules"]
    for compiled in rules:
        promql_parser.parse(compiled["expr"])
    assert {compiled["labels"]["guardrail"] for compiled in rules} >= {
        "cache_hit_ratio",
        "replica_cpu",
        "lock_wait",
    }


@pytest.mark.servers
def test_promtool_accepts_the_shops_rules(tmp_path):
    if shutil.which("promtool") is None:
        pytest.skip("Debian package prometheus is missing")
    (tmp_path / "g.yml").write_text(rules_yaml(compile_guardrails(SHOP)))
    subprocess.run(["promtool", "check", "rules", "g.yml"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"limit": None}, "guardrails: hits: expected a limit, a baseline or both"),
        (
            {"baseline": {"over": "1h", "before": "10m"}},
            "guardrails: hits: baseline: expected either factor or",
        ),
        ({"bad": "down"}, "guardrails.0.bad: expected 'below' or 'above'"),
        ({"query": "up"}, "guardrails: hits: query: expected a query over [$window]"),
        ({"window": 60}, "guardrails.0.window: expected a duration such as 30s or 5m, found 60"),
        ({"window": "0s"}, "guardrails.0.window: expected a duration above 0"),
        ({"limit": float("nan")}, "guardrails.0.limit: expected a finite number"),
        ({"limit": float("inf")}, "guardrails.0.limit: expected a finite number"),
        ({"service": "{{ x }}"}, "guardrails.0.service: expected letters, digits, spaces and"),
        ({"query": "scalar(rate(x[$window]))"}, "guardrails: hits: query: expected PromQL"),
    ],
)
def test_names_file_and_key_of_a_mistake(tmp_path, changes, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, {**HITS, **changes})
    assert str(error.value).startswith(f"{tmp_path / 'guardrails.yml'}: {expected}")


def test_a_name_is_used_once(tmp_path):
    with pytest.raises(SpecError, match="guardrails: hits: expected a name used once"):
        load(tmp_path, HITS, HITS)
