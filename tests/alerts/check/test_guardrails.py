import json
import math
from dataclasses import replace

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from alerts.check.guardrails import check_guardrail, guardrail_series_findings
from alerts.check.tiers import Pace
from alerts.cli import alerts
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.guardrails.times import settle_seconds
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore

SHARE = 'sum(rate(reads_total{hit="yes"}[$window])) / sum(rate(reads_total[$window]))'
HITS = Guardrail("hits", {"en": "Hits"}, "web", SHARE, "ratio", "below", 0.6, for_seconds=30)
LAG = Guardrail("lag", {"en": "Lag"}, "db", "avg(avg_over_time(lag[$window]))", "seconds", "above", 2)
LEFT = replace(HITS, limit=None, baseline=Baseline(3600, 600, None, 0.15))


def rules(guardrail, pace=None, retention=None):
    return [finding.rule for finding in check_guardrail(guardrail, pace or Pace(), retention).findings]


@pytest.mark.parametrize("guardrail", [HITS, LAG, LEFT])
def test_a_guardrail_that_some_series_cross_can_fire(guardrail):
    checked = check_guardrail(guardrail, Pace())
    assert (checked.can_fire, checked.findings) == (True, ())


@pytest.mark.parametrize(
    ("guardrail", "can_fire", "rule"),
    [
        (replace(HITS, limit=0), False, ["guardrail-cannot-fire"]),
        (replace(HITS, limit=0, baseline=LEFT.baseline), True, ["limit-never-crossed"]),
        (replace(HITS, bad="above", limit=1.2), None, ["limit-never-crossed"]),
        (replace(LEFT, bad="above", baseline=Baseline(600, 60, 0.9, None)), None, ["guardrail-always-fires"]),
        (replace(LEFT, for_seconds=4200), None, ["departure-absorbed"]),
        (replace(LAG, bad="below", limit=-5), None, []),
    ],
)
def test_says_what_cannot_fire_and_why(guardrail, can_fire, rule):
    checked = check_guardrail(guardrail, Pace())
    assert (checked.can_fire, [finding.rule for finding in checked.findings]) == (can_fire, rule)


def test_a_difference_may_be_negative_whatever_its_unit():
    query = "sum(rate(in_total[$window])) - sum(rate(out_total[$window]))"
    checked = check_guardrail(
        Guardrail("gap", {"en": "Gap"}, "web", query, "per_second", "below", -5), Pace()
    )
    assert (checked.can_fire, checked.findings) == (True, ())


def test_a_window_under_two_scrapes_is_blind_where_it_needs_two_samples():
    assert rules(HITS, Pace(scrape_seconds=60)) == ["blind-guardrail"]
    assert rules(LAG, Pace(scrape_seconds=60)) == []


def test_a_baseline_beyond_the_retention_is_told():
    assert rules(LEFT, retention=3600) == ["beyond-retention"]
    assert rules(LEFT, retention=4200) == []


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("rate(a[5m])", 300),
        ("max_over_time(sum(rate(a[1m]))[10m:15s]) + b", 660),
        ("rate(a[5m] offset 1m)", None),
        ("rate(a[5m] @ 0)", None),
    ],
)
def test_how_long_a_query_remembers(query, seconds):
    assert settle_seconds(query) == seconds


def test_no_time_is_told_where_the_baseline_moves_along():
    moving = replace(LEFT, for_seconds=590)
    assert check_guardrail(LEFT, Pace()).fires_within_seconds == 120
    assert check_guardrail(moving, Pace()).fires_within_seconds is None
    assert check_guardrail(replace(moving, limit=0.6), Pace()).fires_within_seconds == 60 + 15 + 15 + 600


@pytest.mark.parametrize("onset", [600.0, 604.0, 613.9])
@pytest.mark.parametrize("phase", [0.0, 7.0])
def test_it_fires_no_later_than_is_told(onset, phase):
    """The lag is 2.01 s from the onset on, scraped each 15 s, evaluated each 15 s at a phase of its own."""
    times, store = np.arange(0, 1200, 15), MemoryStore()
    store.append_column(Labels({"__name__": "lag"}), times * 1000, np.where(times >= onset, 2.01, 0.0))
    guardrail = replace(LAG, for_seconds=20)
    steps = np.arange(phase, 1200, 15)
    (signal,) = EmbeddedQuerier(store).range(guardrail.now(), steps[0], steps[-1], 15)
    active = next(at for at, value in zip(signal.times, signal.values, strict=True) if value > 2)
    fired = active + math.ceil(guardrail.for_seconds / 15) * 15
    within = check_guardrail(guardrail, Pace()).fires_within_seconds
    assert within - 45 <= fired - onset <= within


def test_selectors_that_match_nothing_are_found():
    store = MemoryStore()
    store.append(Labels({"__name__": "reads_total", "hit": "no"}), 0, 1.0)
    found = [one.message for one in guardrail_series_findings(EmbeddedQuerier(store), HITS, 0.0)]
    assert found == ['guardrail hits: reads_total{hit="yes"} matches nothing now']
    (finding,) = guardrail_series_findings(EmbeddedQuerier(store), LAG, 0.0)
    assert (finding.level, "no series is named lag" in finding.message) == ("error", True)


def test_series_that_are_going_to_be_recorded_are_no_mistake():
    query = 'max_over_time(slo:sli_error:ratio_rate5m{sloth_slo="gone"}[$window])'
    guardrail = replace(LAG, query=query)
    querier = EmbeddedQuerier(MemoryStore())
    assert len(list(guardrail_series_findings(querier, guardrail, 0.0))) == 1
    assert not list(guardrail_series_findings(querier, guardrail, 0.0, {"slo:sli_error:ratio_rate5m"}))


def test_the_command_tells_of_files_of_guardrails(tmp_path):
    dead = {"query": SHARE, "unit": "ratio", "bad": "below", "limit": 0}
    path = tmp_path / "g.yml"
    one = {"name": "hits", "title": {"en": "Hits"}, "service": "web", **dead}
    path.write_text(yaml.safe_dump({"version": 1, "guardrails": [one]}))
    shop = "alerts/examples/shop.guardrails.yml"
    done = CliRunner().invoke(alerts, ["check", shop, str(path), "--format", "json"])
    told = {each["guardrail"]: each for each in json.loads(done.stdout)["guardrails"]}
    assert (done.exit_code, told["hits"]["can_fire"], told["cache_hit_ratio"]["can_fire"]) == (1, False, True)
    assert told["redis_errors"]["fires_within_seconds"] == 120
    table = CliRunner(env={"COLUMNS": "80"}).invoke(alerts, ["check", shop]).stdout
    assert max(map(len, table.splitlines())) <= 80
