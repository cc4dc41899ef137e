"""A Prometheus in memory that scraped pages, each counter rising evenly to what its page says."""

import re
from pathlib import Path

import numpy as np
import pytest

from alerts.adopt.adoption import adopt
from alerts.adopt.catalogue import load_catalogue
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

PAGES = Path(__file__).parent / "pages"
AT = 1_800_000_000.0
DAYS = 2
_LINE = re.compile(r"(?P<name>[a-z0-9_]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_COUNTERS = re.compile(
    r".*(_total|_count|_sum|_bucket|_waits|_deadlocks|_slow_queries)|http_.*_seconds_count"
)
_GAUGES = re.compile(r".*_(active|activity|locks)_count")


class MemorySource:
    """A ``Source`` on samples in memory. asked: how many queries."""

    def __init__(self, store, groups=(), types=None):
        self.querier, self.store, self.groups, self.asked = EmbeddedQuerier(store), store, groups, 0
        self._types, self.retention = types or {}, None

    def instant(self, query, at):
        self.asked += 1
        return self.querier.instant(query, at)

    def range(self, query, start, end, step_seconds):
        self.asked += 1
        return self.querier.range(query, start, end, step_seconds)

    def names(self, at):
        return sorted({labels.metric for labels in self.store.labels()})

    def types(self):
        return self._types

    def rule_groups(self):
        return self.groups

    def retention_seconds(self):
        return self.retention


def scrape(store, job, page, days=DAYS, **more):
    times = np.arange(AT - days * 86_400, AT + 1, 60.0)
    for line in (PAGES / f"{page}.prom").read_text().splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        labels = {"job": job, "instance": f"{job}:1", **dict(_PAIR.findall(found["labels"] or "")), **more}
        name, value = found["name"], float(found["value"])
        rises = _COUNTERS.fullmatch(name) and not _GAUGES.fullmatch(name)
        values = np.linspace(0.0, value, len(times)) if rises else np.full(len(times), value)
        labels = Labels({METRIC_NAME: name, **labels})
        store.append_column(labels, (times * 1000).astype(np.int64), values)


@pytest.fixture
def adopted():
    """What is made of pages by job."""

    def make(days=DAYS, groups=(), types=None, over=7 * 86_400.0, retention=None, **pages):
        store = MemoryStore()
        for job, page in pages.items():
            scrape(store, job, page, days)
        source = MemorySource(store, groups, types)
        source.retention = retention
        return adopt(source, load_catalogue(), AT, over)

    return make


@pytest.fixture
def source_of():
    def make(**pages):
        store = MemoryStore()
        for job, page in pages.items():
            scrape(store, job, page, 0.1)
        return MemorySource(store)

    return make
