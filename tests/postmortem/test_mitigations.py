from dataclasses import replace

import numpy as np
import pytest

from postmortem.evidence import StoredSeries
from postmortem.mitigations import Verdict
from postmortem.records import Event
from postmortem.report import conclude
from tests.postmortem.turning_points.test_turns import SUBJECT, TIMES, evidence_of


def effects(values, *acts, times=TIMES, step=15.0):
    """Of each action, on a p95 that is 0.1 s, is worse from 600 s on and well again at the end."""
    events = [Event(id=n, at=at, kind="mitigation", text="") for n, at in enumerate(acts, start=1)]
    evidence = evidence_of(values, started_at=660.0 / 15 * step, events=tuple(events))
    series = StoredSeries(SUBJECT.series, "q", 0.0, times[-1], step, times, values)
    evidence = replace(evidence, series={SUBJECT.series: series}, end=float(times[-1]))
    return [effect for mitigation in conclude(evidence).mitigations for effect in mitigation.effects]


def steps(*levels, noise=0.05, seed=1):
    values = np.full(len(TIMES), 0.1)
    for since, level in levels:
        values[since <= TIMES] = level
    return values * np.random.default_rng(seed).lognormal(0, noise, len(TIMES))


@pytest.mark.parametrize("noise", [0.05, 0.15, 0.25])
def test_an_action_that_did_nothing_has_no_effect(noise):
    (found,) = effects(steps((600, 2.0), (1500, 0.1), noise=noise), 900, 1380)[:1]
    assert (found.verdict, found.to_effect) == (Verdict.NONE, None)


def test_a_fix_has_its_time_to_effect():
    (found,) = effects(steps((600, 2.0), (900, 0.1)), 885)
    assert (found.verdict, found.to_effect.value) == (Verdict.IMPROVED, 15)


@pytest.mark.parametrize("at", [900, 930, 960])
def test_an_action_after_the_change_is_not_credited(at):
    (found,) = effects(steps((600, 2.0), (900, 0.5), (1500, 0.1)), at)
    assert (found.verdict, found.to_effect) == (Verdict.EARLIER, None)


def test_a_fix_may_take_five_minutes():
    (found,) = effects(steps((600, 2.0), (1200, 0.1)), 900)
    assert (found.verdict, found.to_effect.value) == (Verdict.IMPROVED, 300)


def test_it_is_the_next_action_that_gets_what_comes_after_it():
    first, second = effects(steps((600, 2.0), (1305, 0.1)), 900, 1290)
    assert (first.verdict, second.verdict) == (Verdict.NONE, Verdict.IMPROVED)


def test_what_made_it_worse_is_told_so():
    (found,) = effects(steps((600, 2.0), (915, 3.0), (1600, 0.1)), 900, 1500)[:1]
    assert (found.verdict, found.to_effect.value) == (Verdict.WORSE, 15)


def test_a_fall_under_way_is_not_credited():
    fall = np.where(TIMES < 600, 0.1, 0.1 + 2.0 * np.exp(-(TIMES - 600) / 300))
    (found,) = effects(fall, 900)
    assert found.verdict is Verdict.NONE


def test_too_soon_after_the_worsening_nothing_is_said():
    assert effects(steps((600, 2.0), (900, 0.1)), 615) == []


def test_windows_are_of_steps_where_these_are_wider():
    times = TIMES * 4
    (found,) = effects(steps((600, 2.0), (990, 0.1)), 3600, times=times, step=60.0)
    cut = found.before.source.cut
    assert (cut.end - cut.start, found.to_effect.value) == (360, 360)
