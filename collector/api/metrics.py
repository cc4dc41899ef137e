"""The collector's own ``/metrics``."""

import resource
from collections.abc import Iterator
from typing import TYPE_CHECKING

from collector.remotewrite.order import Refused

if TYPE_CHECKING:
    from collector.app import Collector


def own_metrics(collector: "Collector") -> bytes:
    """The page in the text format 0.0.4."""
    return ("\n".join(_lines(collector)) + "\n").encode()


def _lines(collector: "Collector") -> Iterator[str]:
    for name, kind, said, values in _families(collector):
        yield f"# HELP {name} {said}"
        yield f"# TYPE {name} {kind}"
        for labels, value in values:
            yield f"{name}{labels} {value}"


_Values = list[tuple[str, float | int]]


def _families(collector: "Collector") -> Iterator[tuple[str, str, str, _Values]]:
    counters = collector.store.counters
    yield "fireline_samples_appended_total", "counter", "Samples kept.", [("", counters.appended)]
    yield "fireline_commits_total", "counter", "Transactions of samples.", [("", counters.commits)]
    yield (
        "fireline_samples_rejected_total",
        "counter",
        "Samples not kept, by reason.",
        _rejected(collector),
    )
    requests = collector.receiver.requests
    yield (
        "fireline_remote_write_requests_total",
        "counter",
        "Requests of remote write, by status of the answer.",
        [(f'{{code="{code}"}}', count) for code, count in sorted(requests.items())],
    )
    yield (
        "fireline_ingest_failures_total",
        "counter",
        "Pages and commits that failed unexpectedly.",
        [("", collector.ingester.failures)],
    )
    yield (
        "fireline_samples_storable",
        "gauge",
        "1 while samples can be stored, 0 while not.",
        [("", int(not collector.ingester.storing.reason))],
    )
    yield (
        "fireline_damaged_blocks_total",
        "counter",
        "Blocks that could not be read.",
        [("", collector.store.damaged_blocks)],
    )
    yield "fireline_store_repairs_total", "counter", "Damaged files replaced.", [("", counters.repairs)]
    yield "fireline_series", "gauge", "Series that the index knows.", [("", collector.store.index.known)]
    yield "fireline_targets", "gauge", "Targets by health.", _target_values(collector)
    yield from _rule_families(collector)
    dispatchers = collector.dispatchers
    yield (
        "fireline_alerts_sent_total",
        "counter",
        "Alerts handed to sinks.",
        [("", sum(d.sent for d in dispatchers))],
    )
    yield (
        "fireline_alerts_failed_total",
        "counter",
        "Alerts that a sink did not take, or that waited too long.",
        [("", sum(d.failed + d.dropped for d in dispatchers))],
    )
    resident = resource.getrusage(resource.RUSAGE_SELF)
    cpu = resident.ru_utime + resident.ru_stime
    yield "process_cpu_seconds_total", "counter", "CPU time of the process.", [("", round(cpu, 3))]
    yield (
        "process_start_time_seconds",
        "gauge",
        "When the collector began.",
        [("", round(collector.started_at, 3))],
    )


def _target_values(collector: "Collector") -> _Values:
    states = [scraper.latest for scraper in collector.pool.scrapers]
    up = sum(state is not None and state.healthy for state in states)
    unknown = sum(state is None for state in states)
    return [
        ('{health="up"}', up),
        ('{health="down"}', len(states) - up - unknown),
        ('{health="unknown"}', unknown),
    ]


def _rejected(collector: "Collector") -> _Values:
    counters, refused = collector.store.counters, collector.receiver.refused
    of_store = {Refused.OUT_OF_ORDER: counters.out_of_order, Refused.TOO_OLD: counters.too_old}
    return [
        (f'{{reason="{reason}"}}', of_store.get(reason, 0) + refused[reason]) for reason in sorted(Refused)
    ]


def _rule_families(collector: "Collector") -> Iterator[tuple[str, str, str, _Values]]:
    statuses = collector.engine.statuses
    for name, kind, said, attribute in (
        ("fireline_rule_evaluations_total", "counter", "Evaluations of a group.", "evaluations"),
        ("fireline_rule_evaluations_missed_total", "counter", "Slots that passed without one.", "missed"),
        ("fireline_rule_failures_total", "counter", "Rules that failed.", "failures"),
        ("fireline_rule_samples_lost_total", "counter", "Samples that were not stored.", "unkept_samples"),
        ("fireline_rule_group_duration_seconds", "gauge", "Of the latest evaluation.", "duration_seconds"),
    ):
        values = [(f'{{group="{s.group.name}"}}', getattr(s, attribute)) for s in statuses]
        yield name, kind, said, [(labels, round(value, 6)) for labels, value in values]
