"""The ranking on what drills recorded; ``python -m tests.bench causes`` varies them too, and measures."""

import pytest

from postmortem.causes.ranking import rank
from tests.bench.causes import is_fit
from tests.bench.recordings import read_recordings

# The latest whole suite that is kept.
SUITE = "5"


@pytest.fixture(scope="module")
def acts():
    """Each fit act with what is said of it."""
    return [
        (act, rank(act.recording).answers) for act in read_recordings() if act.run == SUITE and is_fit(act)
    ]


def test_the_true_fault_is_among_the_first_three(acts):
    hurt = [(act, answers) for act, answers in acts if not act.is_protected]
    assert len(hurt) == 10
    assert [(act.drill, answers) for act, answers in hurt if act.truth[0] not in answers[:3]] == []


def test_nothing_is_the_cause_where_every_protection_held(acts):
    held = [(act, answers) for act, answers in acts if act.is_protected]
    assert len(held) == 10
    assert [(act.drill, answers) for act, answers in held if answers != ("none",)] == []
