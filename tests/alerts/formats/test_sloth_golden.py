"""Sloth's own rules beside ours: the same numbers, and alerts at the same time (docs/decisions/0008).

``formulas`` is our own, and there wherever these tests are.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alerts.backtest.engine import alert_histories
from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.formats.files import load_slos
from collector.labels import METRIC_NAME
from collector.rules.files import AlertingRule, RuleGroup, load_rule_files, parse_groups
from tests.alerts.formats.sloth_samples import END, HOUR, SLOTH, START, TROUBLE, recorded, samples

OWN = Path(__file__).parent / "formulas"
OTHER_FORMULA = ("ratio_rate30d", "period_burn_rate", "period_error_budget_remaining", "sloth_slo_info")
ADDED = {
    "service",
    "slo",
    "cmd",
}  # ours two, and one that the makers of the examples gave on their command line

needs_sloth = pytest.mark.skipif(not SLOTH.is_dir(), reason="../shared is absent: no rules by Sloth")


def named(*names: str) -> list:
    """Our own, and Sloth's where they are."""
    return ["formulas", *(pytest.param(name, marks=needs_sloth) for name in names)]


def groups(name: str) -> tuple[tuple[RuleGroup, ...], tuple[RuleGroup, ...]]:
    """Theirs and ours, evaluated as often."""
    spec, golden = SLOTH / "specs" / f"{name}.yml", SLOTH / "golden" / f"{name}.yml"
    if name == "formulas":
        spec, golden = OWN / "formulas.spec.yml", OWN / "formulas.rules.yml"
    slos = load_slos(spec)
    compiled = compile_slos(slos, policies_of(slos), CompileOptions(interval_seconds=60))
    return load_rule_files([golden]), parse_groups(compiled)


def numbers(rules: tuple[RuleGroup, ...], at: float) -> dict[tuple, float]:
    made = recorded(rules, samples(), at)
    return {tuple((n, v) for n, v in labels if n not in ADDED): value for labels, value in made.items()}


@pytest.mark.parametrize("hours", [0.1, 8, 11])
@pytest.mark.parametrize(
    "name", named("getting-started", "home-wifi", "multifile", "no-alerts", "raw-home-wifi")
)
def test_records_sloths_series_with_its_labels_and_numbers(name, hours):
    theirs, ours = (numbers(rules, START + TROUBLE + hours * HOUR) for rules in groups(name))
    compared = {
        labels: value
        for labels, value in theirs.items()
        if not dict(labels)[METRIC_NAME].endswith(OTHER_FORMULA)
    }
    compared = {
        k: v for k, v in compared.items() if not any(o in dict(k)[METRIC_NAME] for o in OTHER_FORMULA)
    }
    assert len(compared) >= 11
    for labels, value in compared.items():
        assert ours[labels] == pytest.approx(value, rel=1e-9, abs=1e-12), labels


def firing(rules: tuple[RuleGroup, ...], name: str, severity: str) -> np.ndarray:
    """(t,) whether any alert of a name and severity fires, a minute apart."""
    start, end = START + TROUBLE - HOUR, START + END - 60
    times = np.arange(start, end + 1, 60)
    fires = np.zeros(len(times), dtype=bool)
    for one in alert_histories(rules, samples(), start, end):
        if one.rule.alert == name and one.rule.labels["sloth_severity"] == severity:
            for life in (life for lives in one.lives.values() for life in lives if life.firing_at):
                fires |= (times >= life.firing_at) & (times < (life.resolved_at or np.inf))
    return fires


def unweighed(rules: tuple[RuleGroup, ...]) -> tuple[RuleGroup, ...]:
    """Without the share of a window that is recorded, by which Sloth does not ask."""
    return tuple(
        replace(group, rules=tuple(r for r in group.rules if not r.name.startswith("slo:history:")))
        for group in rules
    )


@pytest.mark.parametrize("severity", ["page", "ticket"])
@pytest.mark.parametrize("name", named("getting-started", "home-wifi", "raw-home-wifi"))
def test_fires_exactly_when_sloth_does(name, severity):
    theirs, ours = groups(name)
    alert = next(r.name for group in theirs for r in group.rules if isinstance(r, AlertingRule))
    expected = firing(theirs, alert, severity)
    assert expected.any()
    assert not expected.all()
    assert (firing(unweighed(ours), alert, severity) == expected).all()


@needs_sloth
def test_a_disabled_alert_is_none_of_ours_either():
    alerts = [r for group in groups("no-alerts")[1] for r in group.rules if isinstance(r, AlertingRule)]
    assert alerts == []
