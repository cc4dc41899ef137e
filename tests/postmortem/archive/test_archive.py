import json

import numpy as np
import pytest

from postmortem.archive.archive import SCHEMA, Archive, archive_text
from postmortem.facts import Operation, operate
from postmortem.reductions import Cut, Reduction, reduce_samples

# Keys of the impact whose values name no single figure.
NO_FACT = {
    "slis", "start_is_turning_point", "start_is_before_record", "by_objectives", "quiet_seconds", "opened_by",
    "ended_by", "at_rest", "missed_again", "unended", "apart",
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(seed_report):
    return json.loads(Archive.of(seed_report).text)


def computed(archive, fact):
    """The figure again, from nothing but what the file holds."""
    source = fact["source"]
    if source["kind"] == "series":
        samples = np.array(archive["series"][source["series"]]["samples"])
        cut = Cut(Reduction(source["reduction"]), source["start"], source["end"], source["threshold"])
        return reduce_samples(samples[:, 0], samples[:, 1], cut)
    if source["kind"] == "facts":
        by_id = {f["id"]: f for f in archive["facts"]}
        parts = tuple(computed(archive, by_id[name]) for name in source["facts"])
        return operate(Operation(source["operation"]), parts)
    return record(archive, source["kind"], source["key"])[source["field"]]


def record(archive, kind, key):
    match kind:
        case "alert":
            return archive["incident"]["alerts"][int(key)]
        case "event":
            return next(e for e in archive["events"] if str(e["id"]) == key)
        case "slo":
            return next(s for s in archive["slos"] if s["name"] == key)
    return archive[kind]


def test_facts_recompute_from_the_file_alone(archive):
    for fact in archive["facts"]:
        assert computed(archive, fact) == fact["value"], fact["id"]


def test_what_was_read_of_a_file_tells_its_text(seed_report, archive):
    assert archive_text(archive) == Archive.of(seed_report).text
    assert archive_text({**archive, "series": None}) != Archive.of(seed_report).text


def test_a_changed_sample_shows(archive):
    peak = next(f for f in archive["facts"] if f["id"] == "signal:product_p95.peak")
    samples = archive["series"]["signal:product_p95"]["samples"]
    changed = {**archive, "series": {"signal:product_p95": {"samples": [[t, v * 2] for t, v in samples]}}}
    assert computed(changed, peak) != peak["value"]


def test_every_reference_leads_somewhere(archive):
    facts = {fact["id"] for fact in archive["facts"]}
    named = [f for row in archive["timeline"] for f in row["facts"]]
    named += [c["lead"] for c in archive["causes"]["candidates"] if c["lead"]]
    impact = archive["impact"]
    named += [v for k, v in impact.items() if k not in NO_FACT and v]
    named += impact["at_rest"] + impact["missed_again"] + impact["unended"]
    named += [v for sli in impact["slis"] for k, v in sli.items() if k != "slo" and v]
    assert set(named) <= facts
    assert {impact["opened_by"], impact["ended_by"], *impact["apart"]} <= set(archive["series"])


def test_series_keep_their_query_and_window(archive):
    series = archive["series"]["signal:cache_hit_ratio"]
    assert "[45s]" in series["query"]
    assert series["start"] <= series["samples"][0][0] <= series["samples"][-1][0] <= series["end"]
    assert archive["schema"] == SCHEMA
