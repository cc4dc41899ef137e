"""What the bench of causes lays over recordings, and how another map is understood."""

from dataclasses import replace
from pathlib import Path

import yaml

from postmortem.causes.kinds import find_parts
from postmortem.causes.knowledge import load_knowledge
from postmortem.causes.ranking import rank
from postmortem.evidence import Subject
from postmortem.records import SignalMap
from tests.bench.other_map import other_map
from tests.bench.variations import Variation, vary

SHOP = Path("alerts/examples/shop.signals.yml")


def test_the_same_seed_makes_the_same_variation(recording):
    told = recording({"store_time": 0.4})
    assert [c.score for c in rank(vary(told, 3)).causes] == [c.score for c in rank(vary(told, 3)).causes]


def test_what_users_feel_is_never_missing(recording):
    bare = vary(recording({}), 0, Variation(series_missing=1.0))
    assert [subject.series for subject in bare.subjects] == ["slo", "till_time", "till_failing"]


def test_ratios_stay_ratios(recording):
    noisy = vary(recording({}), 0, Variation(noise=1.0, series_missing=0.0))
    assert noisy.series["hit_share"].values.max() <= 1.0


def test_variations_are_ranked_as_the_recording_is(recording):
    told = recording({"reader_cpu": 1.0, "reader_time": 0.5, "reader_queue": 30.0})
    found = [rank(vary(told, seed)).answers[0] for seed in range(20)]
    assert found.count("replica.saturated") >= 18


def test_a_map_never_seen_is_understood_as_the_shops_is(recording):
    shop = SignalMap.model_validate(yaml.safe_load(SHOP.read_text(encoding="utf-8")))
    subjects = tuple(Subject(each.name, each) for each in shop.signals)
    told = replace(
        recording({}), signals=shop, subjects=subjects, series=dict.fromkeys(s.series for s in subjects)
    )
    other = other_map(told)
    known = load_knowledge()
    ours, theirs = (find_parts(each.subjects, each.signals, known).kinds for each in (told, other))
    assert {series: [k.measure for k in kinds] for series, kinds in theirs.items()} == {
        series: [k.measure for k in kinds] for series, kinds in ours.items() if series in theirs
    }
    assert len(theirs) > 20
