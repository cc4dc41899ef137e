"""Objectives and how they stand, as JSON of ``GET /api/v1/slos``."""

from dataclasses import asdict
from typing import Any

from collector.durations import format_duration
from dashboards.readings import Readings, SloReading

Json = dict[str, Any]


def slo_records(readings: Readings) -> list[Json]:
    """One record for each objective; queries hold ``$window`` where the window goes."""
    return [_record(reading) for reading in readings.slos]


def _record(reading: SloReading) -> Json:
    slo, sli = reading.slo, reading.slo.sli
    return {
        "name": slo.name,
        "service": slo.service,
        "title": dict(slo.title),
        "kind": sli.kind.value,
        "objective": slo.objective,
        "window": format_duration(slo.period_seconds),
        "period_seconds": slo.period_seconds,
        "calendar": None if slo.calendar is None else asdict(slo.calendar),
        "counts_events": sli.counts_events,
        "slice_seconds": sli.slice_seconds,
        "threshold_seconds": sli.threshold_seconds,
        "policy": slo.policy,
        "queries": {"bad": sli.bad, "total": sli.total, "idle": sli.in_flight},
        "status": None if reading.account is None else reading.account.to_json(),
    }
