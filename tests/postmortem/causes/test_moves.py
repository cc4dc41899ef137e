from dataclasses import replace

import numpy as np
import pytest

from postmortem.causes.hurt import find_hurt
from postmortem.causes.kinds import find_parts
from postmortem.causes.knowledge import load_knowledge
from postmortem.causes.moves import observe
from tests.postmortem.causes.conftest import FAULT, SAMPLES, START, STEP


def seen(told, move, part):
    known = load_knowledge()
    parts = find_parts(told.subjects, told.signals, known)
    found = observe(told, find_hurt(told), parts, known)
    return next(o for o in found if (o.move, o.kind.part) == (move, part))


def shaped(recording, name, values):
    told = recording({})
    return replace(told, series={**told.series, name: replace(told.series[name], values=values)})


@pytest.mark.parametrize(("samples", "strength"), [(3, 0.0), (6, 1.0)])
def test_what_one_slow_call_keeps_up_for_a_look_back_is_no_move(recording, samples, strength):
    values = np.full(SAMPLES, 0.004)
    values[FAULT : FAULT + samples] = 0.4
    assert seen(shaped(recording, "writer_time", values), "latency", "writer").strength == strength


def test_a_lag_began_as_many_seconds_ago_as_it_is_long(recording):
    values = np.zeros(SAMPLES)
    values[FAULT:] = STEP * np.arange(1, SAMPLES - FAULT + 1)
    lag = seen(shaped(recording, "reader_lag", values), "lag", "reader")
    assert lag.onset == pytest.approx(START + STEP * FAULT, abs=STEP)


def test_a_move_is_the_excursion_that_a_timeline_shows(recording):
    values = np.full(SAMPLES, 0.004)
    values[FAULT - 2 :] = 0.4
    told = seen(shaped(recording, "writer_time", values), "latency", "writer")
    assert (told.onset, told.before) == (START + STEP * (FAULT - 2), pytest.approx(0.004))
