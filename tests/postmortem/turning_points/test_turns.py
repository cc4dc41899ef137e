from dataclasses import replace

import numpy as np
import pytest

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.records import Good, Incident, Signal, SignalMap
from postmortem.turning_points.turns import find_shift, find_shifts, find_turns, find_unjudged
from tests.postmortem.proof import misfits

TIMES = np.arange(0.0, 1800.0, 15.0)
SUBJECT = Subject(
    "s", Signal(name="p95", role="latency", service="product", unit=Unit.SECONDS, query="q", good=Good.DOWN)
)


def evidence_of(values, started_at=900.0, **changes):
    incident = Incident(
        id="1",
        title="",
        state="open",
        severity="page",
        services=(),
        started_at=started_at,
        detected_at=started_at,
    )
    series = StoredSeries("s", "q", 0.0, 1800.0, 15.0, TIMES, values)
    kept = {
        "incident": incident, "events": (), "slos": (), "signals": SignalMap(signals=(SUBJECT.signal,)),
        "subjects": (SUBJECT,), "series": {"s": series},
        "start": 0.0, "end": 1800.0, "fetched_at": 1800.0, "interval_seconds": 15.0, "rate_window": "1m",
    }  # fmt: skip
    return Evidence(**{**kept, **changes})


def step(before, during, after, noise=0.05, seed=1):
    level = np.select([TIMES < 600, TIMES < 1200], [before, during], after)
    return level * np.random.default_rng(seed).lognormal(0, noise, len(TIMES))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("noise", [0.05, 0.15])
def test_finds_onset_and_recovery_of_a_step(seed, noise):
    shift = find_shift(evidence_of(step(0.18, 1.8, 0.25, noise, seed)), SUBJECT)
    assert shift.onset.value == 600
    assert abs(shift.eased.value - 1200) <= 15
    assert shift.before.value == pytest.approx(0.18, rel=0.1)


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_turns_nowhere(seed):
    assert find_shift(evidence_of(step(0.18, 0.18, 0.18, 0.05, seed)), SUBJECT) is None


def test_a_change_for_the_better_is_no_excursion():
    assert find_shift(evidence_of(step(0.5, 0.1, 0.1)), SUBJECT) is None


def test_where_up_is_better_the_fall_counts():
    signal = SUBJECT.signal.model_copy(update={"good": Good.UP, "unit": Unit.RATIO})
    shift = find_shift(evidence_of(step(0.82, 0.35, 0.88, 0.02)), replace(SUBJECT, signal=signal))
    assert not shift.rises
    assert shift.peak.value == pytest.approx(0.35, rel=0.1)


def test_one_outlier_is_no_excursion():
    values = step(0.18, 0.18, 0.18)
    values[70] = 5.0
    assert find_shift(evidence_of(values), SUBJECT) is None


def test_an_excursion_that_lasts_has_no_end():
    shift = find_shift(evidence_of(step(0.18, 1.8, 1.8)), SUBJECT)
    assert (shift.eased, shift.recovered, shift.after) == (None, None, None)


def test_made_up_history_is_no_baseline():
    values = step(0.18, 1.8, 0.25)
    values[TIMES <= 300] = 1.5
    shift = find_shift(evidence_of(values, synthetic_until=300.0), SUBJECT)
    assert shift.before.value == pytest.approx(0.18, rel=0.1)
    assert shift.onset.value == 600


def test_too_short_a_record_before_the_alert_says_nothing():
    assert find_shift(evidence_of(step(0.18, 1.8, 0.25), started_at=30.0), SUBJECT) is None


def test_a_cold_start_is_not_the_usual_level():
    values = step(0.82, 0.35, 0.88, 0.02)
    values[:15] = np.linspace(0.0, 0.8, 15)
    signal = SUBJECT.signal.model_copy(update={"good": Good.UP, "unit": Unit.RATIO})
    shift = find_shift(evidence_of(values), replace(SUBJECT, signal=signal))
    assert (shift.onset.value, shift.before.value) == (600, pytest.approx(0.82, rel=0.05))


def test_a_late_alarm_still_finds_the_level_before():
    shift = find_shift(evidence_of(step(0.4, 0.95, 0.45, 0.03), started_at=1150.0), SUBJECT)
    assert (shift.onset.value, shift.before.value) == (600, pytest.approx(0.4, rel=0.05))


def test_the_end_of_a_surge_is_no_fall():
    signal = SUBJECT.signal.model_copy(update={"good": Good.UP, "unit": Unit.PER_SECOND})
    assert find_shift(evidence_of(step(12, 48, 14, 0.03)), replace(SUBJECT, signal=signal)) is None


def short(values, started_at):
    """A record that begins with these samples, the alert at ``started_at``."""
    values = np.array(values)
    series = StoredSeries("s", "q", 0.0, 1800.0, 15.0, TIMES[: len(values)], values)
    return evidence_of(values, started_at, series={"s": series})


@pytest.mark.parametrize("good", [[0.019] * 3, [0.0195, 0.019, 0.0185], [0.02, 0.019, 0.021, 0.019]])
@pytest.mark.parametrize("late", [0, 2, 6])
def test_three_good_samples_before_a_page_are_enough(good, late):
    evidence = short([*good, *[0.982] * 12], (len(good) + late) * 15.0)
    shift = find_shift(evidence, SUBJECT)
    assert shift.onset.value == len(good) * 15
    assert shift.before.value == pytest.approx(0.019, abs=0.001)
    assert find_unjudged(evidence, (shift,), shift.onset.value) == ()


@pytest.mark.parametrize("good", [0, 1, 2])
def test_without_a_baseline_nothing_is_judged(good):
    evidence = short([0.019] * good + [0.982] * 12, 120.0)
    shifts = find_shifts(evidence)
    assert shifts == ()
    assert find_unjudged(evidence, shifts, evidence.alarm_at) == (SUBJECT,)


def test_a_quiet_series_with_a_history_is_judged():
    assert find_unjudged(evidence_of(step(0.18, 0.18, 0.18)), (), 900.0) == ()


def test_every_turn_of_a_series_is_found():
    first, second = find_turns(evidence_of(step(0.18, 1.8, 0.25)), SUBJECT)
    assert [turn.begins.value for turn in (first, second)] == [600, 1200]
    assert (first.worsens, second.worsens) == (True, False)
    assert first.before.value == pytest.approx(0.18, rel=0.05)
    assert first.after.value == pytest.approx(1.8, rel=0.05)
    assert second.before.value == first.after.value


def test_a_ramp_has_a_foot_and_a_top():
    values = np.interp(TIMES, [600, 840], [0.2, 1.0]) * step(1, 1, 1)
    (turn,) = find_turns(evidence_of(values), SUBJECT)
    assert abs(turn.begins.value - 600) <= 30
    assert abs(turn.reached.value - 840) <= 30


def test_a_steps_top_is_its_foot():
    (turn,) = find_turns(evidence_of(step(0.18, 1.8, 1.8)), SUBJECT)
    assert turn.reached.value == turn.begins.value == 600


@pytest.mark.parametrize("seed", range(20))
def test_noise_has_no_turn(seed):
    assert find_turns(evidence_of(step(0.18, 0.18, 0.18, 0.15, seed)), SUBJECT) == ()


def test_a_turn_can_be_made_again_from_the_samples():
    evidence = evidence_of(step(0.18, 1.8, 0.25))
    facts = [fact for turn in find_turns(evidence, SUBJECT) for fact in turn.facts()]
    assert misfits(facts, evidence) == []
    assert len({fact.id for fact in facts}) == 8


def test_a_change_too_small_to_matter_is_no_turn():
    assert find_turns(evidence_of(step(0.0001, 0.002, 0.0001)), SUBJECT) == ()


def test_zeros_are_a_level():
    signal = SUBJECT.signal.model_copy(update={"unit": Unit.RATIO})
    turns = find_turns(evidence_of(step(0.0, 0.08, 0.0)), replace(SUBJECT, signal=signal))
    assert [(turn.begins.value, turn.rises) for turn in turns] == [(600, True), (1200, False)]


@pytest.mark.parametrize("count", range(5))
def test_few_samples_have_no_turn(count):
    series = StoredSeries("s", "q", 0.0, 1800.0, 15.0, TIMES[:count], np.arange(1.0, count + 1))
    assert find_turns(evidence_of(TIMES, series={"s": series}), SUBJECT) == ()
