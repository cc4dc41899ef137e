from dataclasses import replace

import pytest

from postmortem.causes.ranking import rank
from postmortem.records import Service, Signal

STORE_GONE = {"store_time": 1.0, "store_errors": 30.0, "store_timeouts": 30.0, "hit_share": 0.0}
SURGE = {"visits": 400.0, "reader_queries": 160.0}
READER_GONE = {"reader_errors": 5.0, "reader_queue": 40.0, "reader_cpu": 0.01, "reader_queries": 3.0}


@pytest.mark.parametrize(
    ("moves", "cause"),
    [
        ({"store_time": 0.4, "reader_cpu": 0.9, "reader_time": 0.3}, "cache.slow"),
        ({**STORE_GONE, "store_up": 0.0, "store_keys": None}, "cache.hung"),
        (STORE_GONE, "cache.cut_off"),
        ({"store_errors": 60.0, "store_broken": 60.0, "hit_share": 0.0}, "cache.refusing"),
        (
            {
                "store_restarts": 1.0,
                "store_errors": 9.0,
                "store_broken": 9.0,
                "hit_share": 0.3,
                "store_keys": 90.0,
            },
            "cache.restarted",
        ),
        (
            {"hit_share": 0.4, "store_keys": 300.0, "reader_cpu": 0.8, "reader_queries": 200.0},
            "cache.emptied",
        ),
        ({"reader_lag": 40.0}, "replica.behind"),
        ({"reader_cpu": 1.0, "reader_time": 0.5, "reader_queue": 30.0}, "replica.saturated"),
        ({"reader_time": 0.5, "reader_queue": 30.0}, "replica.slow"),
        ({**READER_GONE, "reader_time": 3.0}, "replica.cut_off"),
        ({**READER_GONE, "reader_time": 3.0, "reader_up": 0.0}, "replica.hung"),
        ({"reader_errors": 50.0, "reader_queries": 4.0}, "replica.refusing"),
        ({"writer_time": 0.3, "writer_median": 0.08, "lock_time": 0.5}, "database.slow"),
        ({"writer_errors": 0.2, "writer_restarts": 1.0}, "database.restarted"),
        ({"lock_time": 2.0, "lock_queue": 30.0, "writer_time": 0.02}, "lock.contention"),
        ({"till_time": 2.0}, "service.slow"),
        ({"till_failing": 0.6}, "service.errors"),
        ({**SURGE, "reader_cpu": 0.9}, "traffic.surge"),
        ({**SURGE, "reader_cpu": 0.9, "store_time": 0.5}, "cache.slow"),
        ({"store_time": 0.5, "store_errors": 40.0, "hit_share": 0.5}, "cache.slow"),
        ({"checkouts": 15.0, "writer_time": 0.3, "writer_median": 0.08}, "database.slow"),
    ],
)
def test_what_is_known_of_a_cause_ranks_it_first(recording, moves, cause):
    assert rank(recording(moves)).answers[0] == cause


def test_a_service_below_that_is_slow_for_what_it_stands_on_is_not_the_cause(recording):
    told = recording({"store_time": 0.4, "hit_share": 0.4, "till_time": 2.0})
    services = {**told.signals.services, "till": Service(depends_on=("store",))}
    told = replace(told, signals=told.signals.model_copy(update={"services": services}))
    assert rank(told).answers[0] == "cache.slow"


def test_load_slows_what_is_busy_and_not_what_has_time_to_spare(recording):
    busy, idle = (
        rank(recording({**SURGE, "writer_time": 0.3, "writer_median": 0.08, "writer_cpu": cpu})).answers[0]
        for cpu in (1.0, 0.15)
    )
    assert (busy, idle) == ("traffic.surge", "database.slow")


def test_what_is_absent_does_not_speak_for_a_candidate(recording):
    """A map that measures more of other parts, all of them calm, changes nothing."""
    told = recording({"store_time": 0.4})
    fewer = told.with_subjects([s for s in told.subjects if s.signal.service != "reader"])
    score = {c.id: c.score for c in rank(told).causes}
    assert score["cache.slow"] == {c.id: c.score for c in rank(fewer).causes}["cache.slow"]


def test_of_what_errors_alone_do_not_tell_apart_the_commoner_is_first(recording):
    told = recording({"writer_errors": 5.0})
    bare = told.with_subjects(
        [s for s in told.subjects if s.signal.name not in {"writer_restarts", "writer_up", "writer_cpu"}]
    )
    assert rank(bare).answers[:2] == ("database.restarted", "database.refusing")


def test_where_nobody_was_hurt_nothing_is_the_cause(recording):
    assert rank(recording(STORE_GONE, failing=0.001)).answers == ("none",)


def test_signals_that_stay_calm_explain_nothing(recording):
    assert rank(recording({})).answers == ("unexplained",)


def test_evidence_and_counter_evidence_are_told_apart(recording):
    top = rank(recording({"reader_cpu": 1.0, "reader_time": 0.5, "lock_time": 2.0})).causes[0]
    assert top.id == "replica.saturated"
    assert {o.move for o in top.evidence} == {"cpu+", "latency"}
    assert [(o.kind.part, o.move) for o in top.unexpected] == [("writer", "wait")]
    assert "waiting" in {o.move for o in top.absent}


def test_what_a_trigger_sets_off_is_an_amplifier(recording):
    found = rank(recording({"store_time": 0.4, "reader_cpu": 0.9, "reader_queue": 50.0}))
    assert found.answers[0] == "cache.slow"
    assert [o.move for o in found.amplifiers] == ["cpu+"]
    assert [o.move for o in found.weaknesses] == ["waiting"]


def test_names_of_signals_and_services_do_not_matter(recording):
    told = recording({"store_time": 0.4, "reader_cpu": 0.9})
    renamed = {subject.series: f"s{n}" for n, subject in enumerate(told.subjects)}
    subjects = tuple(
        replace(s, signal=s.signal.model_copy(update={"name": renamed[s.series]})) for s in told.subjects
    )
    assert rank(replace(told, subjects=subjects)).answers == rank(told).answers


def test_records_of_faults_and_switches_change_nothing(recording):
    told = recording({"store_time": 0.4})
    series = next(iter(told.series.values()))
    for query in ("fault_active", 'shop_switch_enabled{switch="local_tier"}', "toxiproxy_up"):
        signal = Signal(name="extra", role="replica", service="reader", unit="seconds", query=query)
        extra = replace(told.subjects[0], series="extra", signal=signal, slo=None)
        confessed = replace(
            told,
            subjects=(*told.subjects, extra),
            series={**told.series, "extra": replace(series, id="extra")},
        )
        assert [c.score for c in rank(confessed).causes] == [c.score for c in rank(told).causes]


def test_the_seed_incident_began_with_its_traffic(seed_report):
    found = seed_report.ranking
    assert found.answers[0] == "traffic.surge"
    assert [(o.kind.part, o.move) for o in found.weaknesses] == [("redis", "hits-")]
    assert ("replica", "cpu+") in [(o.kind.part, o.move) for o in found.amplifiers]


def test_a_single_unanswered_call_is_no_cut(recording):
    slow = {"store_time": 0.4, "store_errors": 30.0, "hit_share": 0.5}
    few, many = (rank(recording({**slow, "store_timeouts": rate})).answers[0] for rate in (0.5, 30.0))
    assert (few, many) == ("cache.slow", "cache.cut_off")
