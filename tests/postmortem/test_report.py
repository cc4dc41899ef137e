from dataclasses import replace
from datetime import UTC

import pytest

from alerts.charts.model import Language
from alerts.timeline_rows import RowKind
from postmortem.facts import Operation, operate
from postmortem.report import build_report, conclude
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice
from tests.postmortem.outages import evidence_of, levels, objective, signal
from tests.postmortem.proof import misfits

TEN = 1756861200.0


def onset(report, name):
    return next(s.onset.value for s in report.shifts if s.subject.signal.name == name)


@pytest.mark.parametrize(
    ("signal", "minute"),
    [
        ("traffic", 2),
        ("cache_hit_ratio", 5),
        ("product_p95", 5),
        ("replica_cpu", 7),
        ("order_p99", 11),
        ("order-availability", 11),
    ],
)
def test_the_chain_of_the_document_is_found_within_a_minute(seed_report, signal, minute):
    assert abs(onset(seed_report, signal) - (TEN + minute * 60)) <= 60


def test_impact_starts_when_an_objective_is_missed_not_with_the_alert(seed_report):
    span, evidence = seed_report.impact.span, seed_report.evidence
    series = evidence.series["slo:product-latency:error_ratio"]
    assert span.start.value == series.times[series.values > 0.01][0] < evidence.incident.started_at
    assert span.first_sign.subject.signal.name == "traffic"


def test_impact_ends_when_every_missed_objective_is_kept_again(seed_report):
    report, end = seed_report, seed_report.impact.span.end.value
    for sli in report.impact.slis:
        series = report.evidence.series[f"slo:{sli.slo.name}:error_ratio"]
        late = series.values[series.times >= end + 15]
        assert (late > sli.slo.error_budget).mean() < 0.05


def test_counts_come_from_increases_over_the_impact(seed_report):
    sli = seed_report.impact.slis[0]
    assert sli.bad.value / sli.total.value == pytest.approx(sli.share.value)
    assert "[1h3m45s]" in seed_report.evidence.series["slo:order-availability:bad:impact"].query


def test_every_figure_recomputes_from_what_is_stored(seed_report):
    assert len(seed_report.facts()) > 100
    assert misfits(seed_report.facts(), seed_report.evidence) == []


def test_figures_have_one_name_each(seed_report):
    names = [fact.id for fact in seed_report.facts()]
    assert len(names) == len(set(names))


def test_tied_turning_points_share_a_row(seed_report):
    rows = [row for row in seed_report.timeline if row.kind is RowKind.ONSET]
    names = [{entry.shift.subject.signal.name for entry in row.entries} for row in rows]
    assert {"cache_hit_ratio", "product_p95", "product-latency"} in names


def test_rows_are_in_time_order(seed_report):
    times = [row.at for row in seed_report.timeline]
    assert times == sorted(times)


def test_switches_of_one_moment_are_one_mitigation(seed_report):
    first = seed_report.mitigations[0]
    assert [act.event.attributes["switch"] for act in first.acts] == ["ttl_long", "stampede_lock"]
    assert {effect.shift.subject.signal.name for effect in first.effects} == {
        "product-latency",
        "order-latency",
        "order-availability",
    }


def orders(report):
    leads = {cause.id: report.lead_of(cause) for cause in report.ranking.causes}
    return {name: lead.order.value for name, lead in leads.items() if lead is not None}


def test_no_order_is_told_within_the_query_window(seed_report):
    coarse = replace(
        seed_report.evidence, rate_window="2m"
    )  # 75 s lie between the start and the replica's turn
    again = build_report(coarse, seed_report.shifts, seed_report.impact.span)
    assert orders(again)["replica.saturated"] == "tied"


def test_candidates_are_held_against_the_impact_by_their_turning_points(seed_report):
    found = orders(seed_report)
    assert [found[name] for name in ("traffic.surge", "cache.emptied", "replica.saturated")] == [
        "before",
        "tied",
        "after",
    ]


def test_whys_go_from_orders_back_to_traffic(seed_report):
    assert [why.effect.subject.signal.name for why in seed_report.whys] == [
        "order-availability", "replica_cpu", "cache_hit_ratio", "traffic",
    ]  # fmt: skip


def of_a_drill(evidence):
    """What a drill posts: a fault begun, a flip of its own, the fault healed."""
    start = evidence.incident.started_at + 60
    told = [
        ("redis latency 400 ms", {"step": "slow", "fault": "latency", "phase": "begun"}),
        ("product_indexes off: slow", {"switch": "product_indexes", "from": True, "to": False}),
        ("Over: redis latency 400 ms", {"step": "slow", "fault": "latency", "phase": "healed"}),
    ]
    return tuple(
        evidence.events[0].model_copy(
            update={"id": 99 + n, "at": start + n, "kind": "fault", "text": text, "attributes": attributes}
        )
        for n, (text, attributes) in enumerate(told)
    )


def test_faults_change_no_candidate_and_mitigate_nothing(seed_report):
    evidence = seed_report.evidence
    told = replace(evidence, events=(*evidence.events, *of_a_drill(evidence)))
    again = build_report(told, seed_report.shifts, seed_report.impact.span)
    assert told.is_drill
    assert again.ranking.answers == seed_report.ranking.answers
    assert (orders(again), again.whys) == (orders(seed_report), seed_report.whys)
    assert again.mitigations == seed_report.mitigations
    assert again.impact.to_mitigate == seed_report.impact.to_mitigate


def test_a_healed_fault_is_not_told_as_another_one(seed_report):
    begun, _, healed = of_a_drill(seed_report.evidence)
    voice = Voice(load_catalogue(Language.EN), UTC, 0.0)
    assert voice.event(begun) == "fault injected (drill): redis latency 400 ms"
    assert voice.event(healed) == "Over: redis latency 400 ms (drill)"


def test_nothing_done_is_no_mitigation(seed_report):
    idle = replace(seed_report.evidence, events=())
    assert build_report(idle, seed_report.shifts, seed_report.impact.span).mitigations == ()


def test_without_samples_the_alert_stands_in(report_without_data):
    span, started_at = report_without_data.impact.span, report_without_data.evidence.incident.started_at
    assert (span.is_measured, span.start.value) == (False, started_at)


@pytest.mark.parametrize(
    ("operation", "values", "result"),
    [
        (Operation.SUM, (5.0, 3.0), 8.0),
        (Operation.DIFFERENCE, (5.0, 3.0), 2.0),
        (Operation.QUOTIENT, (1.0, 0.0), None),
        (Operation.BUDGET_SHARE, (50.0, 10_000.0, 0.99), 0.5),
        (Operation.BUDGET_LEFT, (50.0, 10_000.0, 0.99), 0.5),
        (Operation.BUDGET_SHARE, (1.0, 100.0, 1.0), None),
        (Operation.BUDGET_TIME, (0.5, 600.0, 30 * 86_400.0, 0.999), 0.11574),
        (Operation.BUDGET_TIME, (0.5, 600.0, 30 * 86_400.0, 1.0), None),
    ],
)
def test_formulas(operation, values, result):
    answer = operate(operation, values)
    assert answer == (None if result is None else pytest.approx(result, rel=1e-4))


def test_a_recovery_states_where_the_series_was_then_not_where_it_ended(seed_report):
    for row in (row for row in seed_report.timeline if row.kind is RowKind.RECOVERED):
        for entry in row.entries:
            series = seed_report.evidence.series[entry.subject.series]
            near = series.values[(series.times >= entry.at) & (series.times <= entry.at + 45)]
            assert near.min() <= entry.level.value <= near.max()


def test_a_blip_long_before_leaves_the_signals_judged():
    blip = levels(0.001, (120, 0.3), (300, 0.001), seed=4)
    quiet = signal("store_p95", service="store")
    made = (objective(), levels(0.001, (2400, 0.4), (2900, 0.001))), (objective("posts", "blog"), blip)
    report = conclude(evidence_of(*made, (quiet, levels(0.01, seed=5)), alarm=2430.0))
    assert report.impact.span.apart
    assert [subject.signal.name for subject in report.calm] == ["store_p95"]
