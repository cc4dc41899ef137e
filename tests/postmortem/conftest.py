"""An incident shaped like the seed document's, in the shop's metrics, every 15 s from 09:30 to 11:40 KST."""

import math
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from alerts.formats.files import load_slos
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.fetch import Records, fetch_report
from postmortem.records import Event, Incident, SignalMap, SloRecord

TEN = 1756861200.0  # 2025-09-03 10:00 KST
STEP = 15.0
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SEED = Path(__file__).parent / "seed"


def read_seed(name):
    return yaml.safe_load((SEED / f"{name}.yml").read_text(encoding="utf-8"))


CURVES, SIGNALS = read_seed("curves"), read_seed("signals")
EVENTS = [{**event, "at": TEN + event["at"]} for event in read_seed("events")]


def curve(name, minutes):
    at, value = zip(*CURVES[name], strict=True)
    return np.interp(minutes, at, value)


def add_counter(store, metric, labels, times, increments):
    values = np.cumsum(np.concatenate([[0.0], increments]))
    store.append_column(Labels({METRIC_NAME: metric, **labels}), (times * 1000).astype(np.int64), values)


def add_requests(store, labels, times, counts, *, quantile, level):
    """A histogram of a lognormal distribution whose ``quantile`` moves with ``level``."""
    metric = "http_server_request_duration_seconds"
    sigma = 0.8
    z = {0.95: 1.645, 0.99: 2.326}[quantile]
    for bound in (*BOUNDS, math.inf):
        place = np.inf if math.isinf(bound) else (np.log(bound) - np.log(level) + z * sigma) / sigma
        share = np.array(
            [0.5 * (1 + math.erf(p / math.sqrt(2))) for p in np.broadcast_to(place, counts.shape)]
        )
        le = "+Inf" if math.isinf(bound) else f"{bound:g}"
        add_counter(store, f"{metric}_bucket", {**labels, "le": le}, times, counts * share)
    add_counter(store, f"{metric}_count", labels, times, counts)


def seed_store():
    random = np.random.default_rng(20250903)
    store = MemoryStore()
    times = np.arange(TEN - 30 * 60, TEN + 100 * 60 + 1, STEP)
    minutes = (times[1:] - TEN) / 60
    noise = lambda scale: random.lognormal(0, scale, len(minutes))  # noqa: E731
    reads, orders = (
        curve("traffic", minutes) * STEP * noise(0.02),
        curve("traffic", minutes) * STEP * 0.2 * noise(0.03),
    )
    product = {
        "http_request_method": "GET",
        "http_route": "/products/{product_id}",
        "http_response_status_code": "200",
    }
    slow = curve("product_p95", minutes) * noise(0.05)
    add_requests(store, product, times, reads, quantile=0.95, level=slow)
    failed = orders * np.clip(curve("order_errors", minutes) * noise(0.08), 0, 1)
    order = {"http_request_method": "POST", "http_route": "/orders"}
    level = curve("order_p99", minutes) * noise(0.05)
    for status, counts in (("201", orders - failed), ("500", failed)):
        add_requests(
            store, {**order, "http_response_status_code": status}, times, counts, quantile=0.99, level=level
        )
    hits = np.clip(curve("hit_ratio", minutes) * noise(0.02), 0, 1)
    add_counter(store, "cache_requests_total", {"cache": "product", "result": "hit"}, times, reads * hits)
    add_counter(
        store, "cache_requests_total", {"cache": "product", "result": "miss"}, times, reads * (1 - hits)
    )
    cpu = {"groupname": "postgres-replica", "mode": "user"}
    add_counter(
        store,
        "namedprocess_namegroup_cpu_seconds_total",
        cpu,
        times,
        curve("replica_cpu", minutes) * STEP * noise(0.03),
    )
    ones = np.ones(len(times))
    stamps = (times * 1000).astype(np.int64)
    store.append_column(
        Labels({METRIC_NAME: "namedprocess_namegroup_cpu_limit_cores", "groupname": "postgres-replica"}),
        stamps,
        ones,
    )
    store.append_column(Labels({METRIC_NAME: "up", "job": "shop"}), stamps, ones)
    add_counter(store, "shop_orders_total", {"outcome": "confirmed"}, times, orders - failed)
    return store


def seed_records(**changes):
    example = Path(str(files("alerts").joinpath("examples", "shop.slo.yml")))
    slos = [
        {
            "name": slo.name,
            "service": slo.service,
            "kind": str(slo.sli.kind),
            "objective": slo.objective,
            "window": "30d",
            "queries": {"bad": slo.sli.bad, "total": slo.sli.total, "idle": slo.sli.in_flight},
            "threshold_seconds": slo.sli.threshold_seconds,
            "title": dict(slo.title),
        }
        for slo in load_slos(example)
    ]
    alert = {
        "labels": {"alertname": "SloBurn", "slo": "order-availability", "tier": "fast", "service": "order"},
        "severity": "page",
        "starts_at": TEN + 15 * 60,
        "ends_at": TEN + 80 * 60,
    }
    incident = {
        "id": "2025-09-03-1",
        "title": "주문 가용성: 오류 예산이 빠르게 소진",
        "state": "resolved",
        "severity": "page",
        "services": ["order", "product"],
        "started_at": TEN + 15 * 60,
        "detected_at": TEN + 15 * 60,
        "paged_at": TEN + 15 * 60 + 1,
        "acknowledged_at": TEN + 16 * 60 + 20,
        "resolved_at": TEN + 84 * 60,
        "alerts": [alert],
        **changes,
    }
    return SimpleNamespace(
        incident=incident,
        events=[{"incident": "2025-09-03-1", **event} for event in EVENTS],
        slos=slos,
        signals=SIGNALS,
    )


def records_of(raw):
    return Records(
        Incident.model_validate(raw.incident),
        tuple(Event.model_validate(event) for event in raw.events),
        tuple(SloRecord.model_validate(slo) for slo in raw.slos),
        SignalMap.model_validate(raw.signals),
    )


@pytest.fixture(scope="session")
def seed_querier():
    return EmbeddedQuerier(seed_store())


@pytest.fixture(scope="session")
def seed_raw():
    """The records as `fireline up` answers them."""
    return seed_records()


@pytest.fixture(scope="session")
def seed_report(seed_querier, seed_raw):
    return fetch_report(records_of(seed_raw), seed_querier, TEN + 100 * 60, "http://localhost:9600")


@pytest.fixture(scope="session")
def report_on(seed_querier, seed_raw):
    """A report on the seed with other events, and with estimates as the server's configuration names them."""

    def report(events, estimates=()):
        signals = {**seed_raw.signals, "estimates": list(estimates)}
        records = records_of(SimpleNamespace(**{**vars(seed_raw), "events": events, "signals": signals}))
        return fetch_report(records, seed_querier, TEN + 100 * 60, "http://localhost:9600")

    return report


@pytest.fixture(scope="session")
def report_without_data(seed_raw):
    """A report on the seed's records, by a server that has none of its samples."""
    nothing = EmbeddedQuerier(MemoryStore())
    return fetch_report(records_of(seed_raw), nothing, TEN + 100 * 60, "http://localhost:9600")
