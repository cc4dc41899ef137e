"""Two services on one server: `shop` is out for a quarter of an hour, its neighbour fails a little always."""

import numpy as np

from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.fetch import Records, fetch_report
from postmortem.records import Alert, Incident, Service, SignalMap, SloRecord

START, BACK, END = 3600.0, 4500.0, 7200.0
OUTAGE, NEIGHBOUR = 0.3, 0.02
NEIGHBOURS = SignalMap(services={"shop": Service(), "blog": Service()})


def slo(name="availability", service="shop", target=0.999, **changes):
    counts = {
        "bad": f'sum(increase({service}_total{{code="500"}}[$window]))',
        "total": f"sum(increase({service}_total[$window]))",
    }
    return SloRecord(
        name=name, service=service, kind="ratio", objective=target, period_seconds=2_592_000.0,
        **{**counts, **changes},
    )  # fmt: skip


def _store():
    store, times = MemoryStore(), np.arange(0.0, END + 1, 15.0)
    stamps, target = (times * 1000).astype(np.int64), {"job": "a", "instance": "1"}
    store.append_column(Labels({METRIC_NAME: "up", **target}), stamps, np.ones(len(times)))
    shares = {"shop": np.where((times >= START) & (times < BACK), OUTAGE, 0.0002), "blog": NEIGHBOUR}
    for service, share in shares.items():
        for code, part in (("500", share), ("200", 1.0 - share)):
            values = 1000.0 + np.cumsum(np.broadcast_to(part, times.shape) * 750.0)
            labels = Labels({METRIC_NAME: f"{service}_total", "code": code, **target})
            store.append_column(labels, stamps, values)
    return store


def report_of(*slos, services=("shop",), events=(), signals=NEIGHBOURS):
    """The incident is paged a minute after the outage began."""
    at = START + 60
    alert = Alert(labels={"slo": "availability", "service": "shop"}, severity="page", starts_at=at)
    incident = Incident(
        id="1", title="", state="resolved", severity="page", services=services, started_at=at,
        detected_at=at, paged_at=at, resolved_at=BACK + 120, alerts=(alert,) if services else (),
    )  # fmt: skip
    return fetch_report(Records(incident, tuple(events), slos, signals), EmbeddedQuerier(_store()), END)
