"""Recordings made up: what a shop's signals would show, of which a test moves some."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from alerts.charts.model import Unit
from postmortem.evidence import StoredSeries, Subject
from postmortem.recording.model import Recording
from postmortem.records import Good, Service, Signal, SignalMap, SloRecord

START, STEP, SAMPLES, FAULT = 1000.0, 5.0, 40, 16
SLO = SloRecord(
    name="availability", service="web", kind="ratio", objective=0.99, period_seconds=1e6, bad="b", total="t"
)
SERVICES = {"web": ("store", "reader", "till"), "reader": ("writer",), "store": (), "writer": (), "till": ()}


@dataclass(frozen=True)
class Line:
    """A signal: role, unit, service, metric, usual value; ``good`` as in a map."""

    role: str
    unit: Unit
    service: str
    query: str
    usual: float
    good: Good = Good.DOWN


LINES = {
    "visits": Line("traffic", Unit.PER_SECOND, "web", "rate(hits_total[$window])", 100.0, Good.NONE),
    "checkouts": Line("traffic", Unit.PER_SECOND, "web", "rate(checkouts_total[$window])", 5.0, Good.NONE),
    "hit_share": Line("cache", Unit.RATIO, "web", "cache_hit_ratio", 0.9, Good.UP),
    "store_time": Line("cache", Unit.SECONDS, "store", "redis_seconds", 0.002),
    "store_errors": Line("cache", Unit.PER_SECOND, "store", "redis_errors_total", 0.0),
    "store_timeouts": Line("cache", Unit.PER_SECOND, "store", "redis_timeouts_total", 0.0),
    "store_broken": Line("cache", Unit.PER_SECOND, "store", "redis_connection_failures_total", 0.0),
    "store_up": Line("availability", Unit.RATIO, "store", "redis_up", 1.0, Good.UP),
    "store_keys": Line("cache", Unit.COUNT, "store", "redis_db_keys", 5000.0, Good.NONE),
    "store_restarts": Line("availability", Unit.COUNT, "store", "resets(redis_uptime[$window])", 0.0),
    "reader_cpu": Line("replica", Unit.RATIO, "reader", "cpu", 0.2),
    "reader_lag": Line("replica", Unit.SECONDS, "reader", "replication_lag", 0.0),
    "reader_time": Line("replica", Unit.SECONDS, "reader", "query_seconds", 0.005),
    "reader_errors": Line("replica", Unit.PER_SECOND, "reader", "query_errors_total", 0.0),
    "reader_queue": Line("replica", Unit.COUNT, "reader", "pool_pending", 0.0),
    "reader_up": Line("availability", Unit.RATIO, "reader", 'pg_up{server="replica"}', 1.0, Good.UP),
    "reader_queries": Line("replica", Unit.PER_SECOND, "reader", "rate(queries_total)", 40.0, Good.NONE),
    "writer_time": Line("database", Unit.SECONDS, "writer", "query_seconds", 0.004),
    "writer_median": Line("database", Unit.SECONDS, "writer", "histogram_quantile(0.5, query)", 0.001),
    "writer_cpu": Line("database", Unit.RATIO, "writer", "cpu", 0.1),
    "writer_restarts": Line("database", Unit.COUNT, "writer", "changes(pg_start_time[$window])", 0.0),
    "writer_errors": Line("database", Unit.PER_SECOND, "writer", "errors_total", 0.0),
    "writer_queue": Line("database", Unit.COUNT, "writer", "pool_pending", 0.0),
    "writer_up": Line("availability", Unit.RATIO, "writer", "pg_up", 1.0, Good.UP),
    "till_time": Line("latency", Unit.SECONDS, "till", "till_seconds", 0.05),
    "till_failing": Line("errors", Unit.RATIO, "till", "till_error_ratio", 0.0),
    "lock_time": Line("lock", Unit.SECONDS, "writer", "lock_wait_seconds", 0.003),
    "lock_queue": Line("lock", Unit.COUNT, "writer", "waiting_for_lock", 0.0),
}


def recording(moves: Mapping[str, float | None], *, failing: float = 0.2) -> Recording:
    """``moves``: what signals read from the fault on; None: no sample any more. ``failing``: share of bad."""
    random = np.random.default_rng(7)
    subjects, series = [], {}

    def add(subject: Subject, usual: float, later: float | None) -> None:
        values = np.full(SAMPLES, usual)
        values[FAULT:] = np.nan if later is None else later
        values *= random.lognormal(0, 0.02, SAMPLES)
        times = START + STEP * np.arange(SAMPLES)
        kept = np.isfinite(values)
        series[subject.series] = StoredSeries(
            subject.series, "q", START, times[-1], STEP, times[kept], values[kept]
        )
        subjects.append(subject)

    sli = Signal(name=SLO.name, role="sli", service="web", unit=Unit.RATIO, query="q", good=Good.DOWN)
    add(Subject("slo", sli, SLO), 0.001, failing)
    for name, line in LINES.items():
        signal = Signal(
            name=name,
            role=line.role,
            service=line.service,
            unit=line.unit,
            query=line.query,
            good=line.good,
        )
        add(Subject(name, signal), line.usual, moves.get(name, line.usual))
    services = {name: Service(depends_on=below) for name, below in SERVICES.items()}
    signals = SignalMap(services=services, signals=tuple(s.signal for s in subjects[1:]))
    end = START + STEP * (SAMPLES - 1)
    return Recording(START, end, STEP, "15s", (SLO,), signals, tuple(subjects), series, {})


@pytest.fixture(scope="session", name="recording")
def recording_maker():
    return recording
