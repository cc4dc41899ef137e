"""The collector's own ``/metrics``."""

import resource
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector as Reading

from collector.app import Collector
from collector.remotewrite.order import Refused


def own_metrics(collector: Collector) -> bytes:
    """The page in the text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reading(collector))
    return generate_latest(registry)


class _Reading(Reading):
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def collect(self) -> Iterator[Metric]:
        """What the parts count at this moment."""
        yield from _store_families(self._collector)
        yield from _ingest_families(self._collector)
        yield _targets(self._collector)
        yield GaugeMetricFamily(
            "fireline_scrape_metadata_left_out",
            "Comments of the latest pages that were too many to remember.",
            sum(scraper.writer.metadata_left_out for scraper in self._collector.pool.scrapers),
        )
        yield from _rule_families(self._collector)
        yield from _sink_families(self._collector)
        yield from _process_families(self._collector)


def _store_families(collector: Collector) -> Iterator[Metric]:
    store, counters = collector.store, collector.store.counters
    yield CounterMetricFamily("fireline_samples_appended", "Samples kept.", counters.appended)
    yield CounterMetricFamily("fireline_commits", "Transactions of samples.", counters.commits)
    yield CounterMetricFamily(
        "fireline_damaged_blocks", "Blocks that could not be read.", store.damaged_blocks
    )
    yield CounterMetricFamily("fireline_store_repairs", "Damaged files replaced.", counters.repairs)
    yield GaugeMetricFamily("fireline_series", "Series that the index knows.", store.index.known)


def _ingest_families(collector: Collector) -> Iterator[Metric]:
    ingester, counters, refused = collector.ingester, collector.store.counters, collector.receiver.refused
    of_store = {
        Refused.OUT_OF_ORDER: counters.out_of_order,
        Refused.TOO_OLD: counters.too_old,
        Refused.DUPLICATE: counters.duplicate,
        Refused.TOO_NEW: counters.too_new,
    }
    rejected = CounterMetricFamily(
        "fireline_samples_rejected", "Samples not kept, by reason.", labels=["reason"]
    )
    for reason in sorted(Refused):
        rejected.add_metric([str(reason)], of_store.get(reason, 0) + refused[reason])
    yield rejected
    requests = CounterMetricFamily(
        "fireline_remote_write_requests",
        "Requests of remote write, by status of the answer.",
        labels=["code"],
    )
    for code, count in sorted(collector.receiver.requests.items()):
        requests.add_metric([str(code)], count)
    yield requests
    yield CounterMetricFamily(
        "fireline_ingest_failures", "Pages and commits that failed unexpectedly.", ingester.failures
    )
    yield GaugeMetricFamily(
        "fireline_samples_storable",
        "1 while samples can be stored, 0 while not.",
        int(not ingester.storing.reason),
    )


def _targets(collector: Collector) -> Metric:
    states = [scraper.latest for scraper in collector.pool.scrapers]
    up = sum(state is not None and state.healthy for state in states)
    unknown = sum(state is None for state in states)
    family = GaugeMetricFamily("fireline_targets", "Targets by health.", labels=["health"])
    for health, count in (("up", up), ("down", len(states) - up - unknown), ("unknown", unknown)):
        family.add_metric([health], count)
    return family


def _rule_families(collector: Collector) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "fireline_rules_evaluable",
        "1 while rules are evaluated, 0 where none says anything.",
        int(not collector.unevaluated()),
    )
    for kind, name, said, attribute in (
        (CounterMetricFamily, "fireline_rule_evaluations", "Evaluations of a group.", "evaluations"),
        (CounterMetricFamily, "fireline_rule_evaluations_missed", "Slots that passed without one.", "missed"),
        (CounterMetricFamily, "fireline_rule_failures", "Rules that failed.", "failures"),
        (
            CounterMetricFamily,
            "fireline_rule_samples_lost",
            "Samples that were not stored.",
            "unkept_samples",
        ),
        (
            GaugeMetricFamily,
            "fireline_rule_group_duration_seconds",
            "Of the latest evaluation.",
            "duration_seconds",
        ),
    ):
        family = kind(name, said, labels=["group"])
        for status in collector.engine.statuses:
            family.add_metric([status.group.name], getattr(status, attribute))
        yield family


def _sink_families(collector: Collector) -> Iterator[Metric]:
    dispatchers = collector.dispatchers
    yield CounterMetricFamily(
        "fireline_alerts_sent", "Alerts handed to sinks.", sum(d.sent for d in dispatchers)
    )
    yield CounterMetricFamily(
        "fireline_alerts_failed",
        "Alerts that a sink did not take, or that waited too long.",
        sum(d.failed + d.dropped for d in dispatchers),
    )


def _process_families(collector: Collector) -> Iterator[Metric]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield CounterMetricFamily(
        "process_cpu_seconds", "CPU time of the process.", used.ru_utime + used.ru_stime
    )
    yield GaugeMetricFamily("process_start_time_seconds", "When the collector began.", collector.started_at)
