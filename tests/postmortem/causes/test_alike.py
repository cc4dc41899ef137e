from dataclasses import replace

from postmortem.causes.alike import WORTH_A_MENTION, alike
from postmortem.causes.ranking import rank

MISSES = {"hit_share": 0.3}
FEW = {"hit_share", "store_up", "visits"}


def coarse(recording, moves):
    """A shop whose cache shows its share of hits and whether it is up, and nothing else."""
    told = recording(moves)
    subjects = [s for s in told.subjects if s.slo is not None or s.signal.name in FEW]
    signals = tuple(s for s in told.signals.signals if s.name in FEW)
    shown = told.with_subjects(subjects)
    return rank(replace(shown, signals=told.signals.model_copy(update={"signals": signals}))).causes


def ids(groups):
    return [[cause.id for cause in group] for group in groups]


def test_what_misses_alone_do_not_tell_apart_is_one_candidate(recording):
    found = ids(alike(coarse(recording, {**MISSES, "visits": 250.0})))
    same = ["cache.emptied", "cache.cut_off", "cache.refusing", "cache.restarted"]
    assert found[:2] == [["traffic.surge"], same]


def test_what_the_signals_tell_apart_stands_alone(recording):
    causes = rank(recording({"store_errors": 60.0, "hit_share": 0.0})).causes
    assert ids(alike(causes))[0] == ["cache.refusing"]


def test_one_that_is_clearly_less_likely_is_no_match(recording):
    best, other, *_ = coarse(recording, MISSES)
    far = replace(other, score=best.score - WORTH_A_MENTION)
    assert ids(alike([best, far])) == [[best.id], [far.id]]


def test_every_candidate_is_in_one_group(recording):
    causes = coarse(recording, MISSES)
    assert sorted(cause.id for group in alike(causes) for cause in group) == sorted(c.id for c in causes)
