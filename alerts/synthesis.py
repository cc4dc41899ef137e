"""Turns a case's figures into the counters that the shop would have exported, sample by sample."""

import math
from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from alerts.cases import Cache, Case, Cpu, Floats, HitMissLatency, Requests, SteadyLatency
from alerts.disturbances import disturbed
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

_NORMAL = NormalDist()
_erf = np.vectorize(math.erf, otypes=[np.float64])
_normal_quantile = np.vectorize(_NORMAL.inv_cdf, otypes=[np.float64])

_REQUESTS = "http_server_request_duration_seconds"
_CPU = "namedprocess_namegroup_cpu"
_COUNTERS = ("_total", "_count", "_bucket")


def samples_of(case: Case) -> MemoryStore:
    """All series of the case, from its history to its end."""
    times = sample_times(case)
    store = MemoryStore()
    for labels, values in _series(case, times):
        is_counter = labels.metric.endswith(_COUNTERS)
        kept, seen = disturbed(case.disturbances, times, values, is_counter=is_counter)
        store.append_column(labels, np.round(kept * 1000).astype(np.int64), seen)
    return store


def sample_times(case: Case) -> Floats:
    """Unix seconds: rare in old history, then every scrape interval up to the end."""
    sampling = case.sampling
    offset = sampling.offset_seconds
    fine_from = case.start - sampling.fine_seconds
    old = np.arange(case.start - sampling.history_seconds, fine_from, sampling.history_step_seconds)
    fine = np.arange(fine_from, case.end + sampling.interval_seconds, sampling.interval_seconds)
    return np.concatenate([old, fine]) + offset


def _series(case: Case, times: Floats) -> Iterator[tuple[Labels, Floats]]:
    for requests in case.requests:
        yield from _request_series(case, requests, times)
    for cache in case.caches:
        yield from _cache_series(case, cache, times)
    for cpu in case.cpus:
        yield from _cpu_series(cpu, times)


def _request_series(case: Case, requests: Requests, times: Floats) -> Iterator[tuple[Labels, Floats]]:
    """One histogram for each way a request can end."""
    middles = _middles(times)
    rate = requests.normal_per_second * requests.traffic.at(middles)
    answered = _share_within(requests.latency, middles, requests.buckets, case.spread)
    failures = requests.failures
    if failures is None:
        yield from _histogram(requests, (requests.status, ""), times, rate, answered)
        return
    failing = failures.ratio.at(middles)
    refused = np.minimum(failing, failures.usual_ratio)
    waited = failures.time_out_seconds.at(middles)
    timed_out = (waited[:, None] <= np.array(requests.buckets)).astype(np.float64)
    yield from _histogram(requests, (requests.status, ""), times, rate * (1 - failing), answered)
    yield from _histogram(requests, ("500", "internal"), times, rate * refused, answered)
    beyond = failures.status, failures.error_type
    yield from _histogram(requests, beyond, times, rate * (failing - refused), timed_out)


def _share_within(
    latency: HitMissLatency | SteadyLatency, times: Floats, bounds: tuple[float, ...], spread: float
) -> Floats:
    """Shares (t, bounds) of requests that end within each bound."""
    if isinstance(latency, SteadyLatency):
        median = latency.p95_seconds / math.exp(spread * _NORMAL.inv_cdf(0.95))
        return _log_normal(np.full_like(times, median), bounds, spread)
    missing = 1 - latency.hit_ratio.at(times)
    # Hits are too fast to reach the p95.
    slowest_misses = _of_each_kind(_normal_quantile, 1 - 0.05 / missing)
    medians = latency.p95_seconds.at(times) / np.exp(spread * slowest_misses)
    hits = _log_normal(np.full_like(times, latency.hit_median_seconds), bounds, spread)
    return (1 - missing)[:, None] * hits + missing[:, None] * _log_normal(medians, bounds, spread)


def _log_normal(median: Floats, bounds: tuple[float, ...], spread: float) -> Floats:
    """Shares (t, bounds) below each bound of log-normal values with medians (t,)."""

    def below(medians: Floats) -> Floats:
        distance = (np.log(np.array(bounds)) - np.log(medians)[:, None]) / spread
        return 0.5 * (1 + np.asarray(_erf(distance / math.sqrt(2))))

    return _of_each_kind(below, median)


def _of_each_kind(function: Callable[[Floats], Floats], values: Floats) -> Floats:
    """Of each of the values (t,) what a function makes of it, asked once for those that are the same.

    Most are: nothing happens in most of a history.
    """
    kinds, places = np.unique(values, return_inverse=True)
    return function(kinds)[places]


def _histogram(
    requests: Requests, outcome: tuple[str, str], times: Floats, rate: Floats, within: Floats
) -> Iterator[tuple[Labels, Floats]]:
    common = {
        "http_request_method": requests.method,
        "http_route": requests.route,
        "http_response_status_code": outcome[0],
        "error_type": outcome[1],
        "job": "shop",
    }
    count = _counter(times, rate)
    yield Labels({METRIC_NAME: f"{_REQUESTS}_count", **common}), count
    yield Labels({METRIC_NAME: f"{_REQUESTS}_bucket", **common, "le": "+Inf"}), count
    wider, wider_share = count, np.ones_like(rate)
    for bound, share in zip(reversed(requests.buckets), within.T[::-1], strict=True):
        wider = _part(wider, share / np.where(wider_share > 0, wider_share, 1.0))
        wider_share = share
        yield Labels({METRIC_NAME: f"{_REQUESTS}_bucket", **common, "le": str(float(bound))}), wider


def _cache_series(case: Case, cache: Cache, times: Floats) -> Iterator[tuple[Labels, Floats]]:
    middles = _middles(times)
    requests = next(requests for requests in case.requests if requests.route == cache.route)
    rate, hit = requests.normal_per_second * requests.traffic.at(middles), cache.hit_ratio.at(middles)
    for tier, result, share in (("redis", "hit", hit), ("origin", "miss", 1 - hit)):
        names = {"cache": cache.name, "tier": tier, "result": result, "job": "shop"}
        yield Labels({METRIC_NAME: "cache_requests_total", **names}), _counter(times, rate * share)


def _cpu_series(cpu: Cpu, times: Floats) -> Iterator[tuple[Labels, Floats]]:
    names = {"groupname": cpu.groupname, "job": "stack"}
    used = _accumulated(times, cpu.limit_cores * cpu.ratio.at(_middles(times)))
    yield Labels({METRIC_NAME: f"{_CPU}_seconds_total", **names, "mode": "user"}), used
    yield Labels({METRIC_NAME: f"{_CPU}_limit_cores", **names}), np.full_like(times, cpu.limit_cores)


def _middles(times: Floats) -> Floats:
    """The middle of each step between samples (t − 1,)."""
    return (times[1:] + times[:-1]) / 2


def _accumulated(times: Floats, rate: Floats) -> Floats:
    """A total that grows by a rate (t − 1,) in each step, 0 at the first sample."""
    grown: npt.NDArray[np.float64] = np.cumsum(rate * np.diff(times))
    return np.concatenate([[0.0], grown])


def _counter(times: Floats, rate: Floats) -> Floats:
    """As above, of whole events."""
    return np.floor(_accumulated(times, rate) + 1e-6)


def _part(counter: Floats, share: Floats) -> Floats:
    """Whole events that are a share (t − 1,) of a counter's, in no stretch of time more than it has.

    Were the two rounded apart, the part could grow in a step in which the whole does not, and fewer than no
    events would be left over.
    """
    grown: npt.NDArray[np.float64] = np.cumsum(np.diff(counter) * share)
    return np.floor(np.concatenate([[0.0], grown]) + 1e-6)
