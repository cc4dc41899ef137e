"""Evidence made up: an hour of samples, every 15 s, of objectives and signals whose levels a test gives."""

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.records import Good, Incident, Service, Signal, SignalMap, SloRecord

STEP, END = 15.0, 3600.0
TIMES = np.arange(0.0, END + 1, STEP)
SERVICES = SignalMap(
    services={"shop": Service(depends_on=("store",)), "store": Service(), "blog": Service(), "app": Service()}
)


def objective(name="orders", service="shop", target=0.99):
    return SloRecord(
        name=name, service=service, kind="ratio", objective=target, period_seconds=1e6, bad="b", total="t"
    )


def signal(name="p95", role="latency", service="shop"):
    return Signal(name=name, role=role, service=service, unit=Unit.SECONDS, query="q", good=Good.DOWN)


def levels(usual, *since, noise=0.05, seed=1):
    """``since``: pairs of a moment and the level from then on."""
    values = np.full(len(TIMES), usual)
    for at, level in since:
        values[at <= TIMES] = level
    return values * np.random.default_rng(seed).lognormal(0, noise, len(TIMES))


def subject_of(record):
    if isinstance(record, SloRecord):
        ratio = signal(record.name, "sli", record.service).model_copy(update={"unit": Unit.RATIO})
        return Subject(f"slo:{record.name}", ratio, record)
    return Subject(f"signal:{record.name}", record)


def evidence_of(*recorded, alarm, closed=None, services=("shop",), **changes):
    """``recorded``: pairs of an objective or signal and its values, at TIMES or (times, values).

    alarm: when the incident's alert began. closed: when the incident was, if it was.
    """
    incident = Incident(
        id="1", title="", state="resolved" if closed else "open", severity="page", services=services,
        started_at=alarm, detected_at=alarm, resolved_at=closed,
    )  # fmt: skip
    subjects = tuple(subject_of(record) for record, _ in recorded)
    samples = [(TIMES, values) if isinstance(values, np.ndarray) else values for _, values in recorded]
    series = [
        StoredSeries(subject.series, "q", 0.0, END, STEP, *pair)
        for subject, pair in zip(subjects, samples, strict=True)
    ]
    mapped = tuple(record for record, _ in recorded if isinstance(record, Signal))
    signals = SERVICES.model_copy(update={"signals": mapped})
    kept = {
        "incident": incident, "events": (), "signals": signals, "subjects": subjects,
        "slos": tuple(subject.slo for subject in subjects if subject.slo),
        "series": {each.id: each for each in series},
        "start": 0.0, "end": END, "fetched_at": END, "interval_seconds": STEP, "rate_window": "45s",
    }  # fmt: skip
    return Evidence(**{**kept, **changes})
