"""The drill beside the seed document: directions, order of the chain, pages, orders."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from commerce_app.drill.act import ActRecord
from commerce_app.drill.document import TIED_SCRAPES, Document, DocumentFigures, chain_order, read_document
from commerce_app.drill.measure import courses
from commerce_app.drill.onsets import Course
from commerce_app.drill.scenario import Scenario

SERVED_RATIO_WANTED = 0.95
Json = dict[str, Any]


def directions_agree(document: DocumentFigures, measured: Course) -> bool:
    """Whether the series went the document's way into the trouble, and back out of it."""
    if measured.before is None or measured.peak is None or measured.after is None:
        return False
    sign = 1 if document.trouble == "rises" else -1
    into, out = measured.peak - measured.before, measured.after - measured.peak
    return sign * into > 0 and sign * out < 0


def chain_times(
    record: ActRecord, measured: Mapping[str, Course], scenario: Scenario
) -> dict[str, float | None]:
    """When each link of the chain came: onsets, alarm, first mitigation, recovery of the order errors."""
    onsets = {name: course.onset for name, course in measured.items()}
    first = min((record.steps[s.name] for s in scenario.runbook if s.name in record.steps), default=None)
    recovery = measured["order_errors"].recovery
    return {**onsets, "alarm": record.alarm_at, "mitigation": first, "recovery": recovery}


def act_summary(scenario: Scenario, record: ActRecord) -> Json:
    """One act's figures, times in seconds since the fault."""
    measured = courses(record.series, record.moments)
    times = chain_times(record, measured, scenario)
    load = record.load
    return {
        "act": record.act,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "ended": record.ended,
        "fault_at": record.fault_at,
        "steps": dict(record.steps),
        "incident": record.incident,
        "page_seconds": record.page_seconds,
        "alarm_seconds": record.alarm_seconds,
        "chain_seconds": {link: None if at is None else at - record.fault_at for link, at in times.items()},
        "series": {name: asdict(course) for name, course in measured.items()},
        "orders": {
            "offered": load.orders_offered,
            "placed": load.orders_placed,
            "refused": load.orders_refused,
            "failed": load.orders_failed,
        },
        "pages": {"offered": load.pages_offered, "served": load.pages_served},
        "slos": [{**asdict(slo), "kept": slo.kept} for slo in record.slos],
        "machine": dict(record.machine),
        "opening": dict(record.opening),
        "unhealed": list(record.unhealed),
        "points": {name: list(points) for name, points in record.series.items()},
    }


def compare(scenario: Scenario, records: Mapping[str, ActRecord], policy: Json) -> Json:
    """Everything that the closing table shows, as JSON."""
    document = read_document()
    result: Json = {
        "drill": scenario.name,
        "policy": policy,
        "scrape_seconds": scenario.measuring.scrape_seconds,
        "alarm": {"name": scenario.alarm, "for": scenario.alarm_for},
        "background": {each.name: each.fault.model_dump() for each in scenario.background},
        "proxied": list(scenario.proxied),
        "acts": {name: act_summary(scenario, record) for name, record in records.items()},
    }
    if "late" in records:
        result["document"] = _against_document(document, scenario, records["late"])
    if "protected" in records:
        result["protected"] = protected_verdict(records["protected"])
    return result


def _against_document(document: Document, scenario: Scenario, record: ActRecord) -> Json:
    measured = courses(record.series, record.moments)
    times = chain_times(record, measured, scenario)
    rows = {
        name: {
            "document": asdict(figures),
            "measured": {"before": course.before, "peak": course.peak, "after": course.after},
            "direction_agrees": directions_agree(figures, course),
        }
        for name, figures, course in (
            (name, figures, measured[name]) for name, figures in document.series.items()
        )
    }
    order = chain_order(document, times, TIED_SCRAPES * scenario.measuring.scrape_seconds)
    for name, row in rows.items():
        row["order_agrees"] = name not in order["misplaced"]
    return {"series": rows, "order": order}


def protected_verdict(record: ActRecord) -> Json:
    """Whether the protections held: every objective kept, enough orders served, nobody paged."""
    served = record.load.orders_placed_ratio
    lost = [slo.name for slo in record.slos if not slo.kept]
    paged = record.page_at is not None
    held = bool(record.slos) and not lost and served >= SERVED_RATIO_WANTED and not paged
    return {"held": held, "served_ratio": served, "slos_lost": lost, "paged": paged}
