import asyncio
import queue
import threading
from dataclasses import replace

import numpy as np
import pytest

from collector.app import Collector
from collector.clock import ManualClock, SystemClock
from collector.config import parse_config
from collector.errors import ConfigError, StoreError
from collector.labels import Labels
from collector.rules.files import parse_groups
from collector.rules.slices import slices_of
from collector.sinks import HttpAlertSink
from collector.store.columns import Column
from tests.collector.full_disk import FullDisk


class Sink:
    def __init__(self):
        self.alerts = []
        self.came = threading.Event()

    def send(self, alerts):
        self.alerts += alerts
        self.came.set()


def groups(*rules):
    return parse_groups({"groups": [{"name": "g", "interval": "50ms", "rules": list(rules)}]})


def test_an_alert_goes_from_rule_to_sink(tmp_path):
    sink = Sink()
    rules = groups({"record": "a:b", "expr": "vector(7)"}, {"alert": "High", "expr": "a:b > 5"})
    collector = Collector(
        parse_config({}, "f.yml"), tmp_path, sinks=[sink], extra_rule_groups=rules, external_url="http://here"
    )
    collector.start()
    assert sink.came.wait(20)
    recorded = collector.querier.instant("a:b", SystemClock().now())
    collector.stop()
    assert sink.alerts[0]["labels"] == {"alertname": "High"}
    assert sink.alerts[0]["generatorURL"].startswith("http://here/graph?g0.expr=a%3Ab%20%3E%205")
    assert [sample.value for sample in recorded] == [7.0]


def test_what_it_started_ends_with_it(tmp_path):
    before = set(threading.enumerate())
    collector = Collector(parse_config({}, "f.yml"), tmp_path, sinks=[Sink()])
    collector.start()
    assert collector.is_ready
    collector.stop()
    assert set(threading.enumerate()) <= before


def test_one_that_never_started_can_be_stopped(tmp_path):
    Collector(parse_config({}, "f.yml"), tmp_path).stop()
    Collector(parse_config({}, "f.yml"), tmp_path).stop()


def test_a_wrong_rule_file_is_found_before_anything_is_opened(tmp_path):
    (tmp_path / "r.yml").write_text("groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]")
    config = parse_config({"rule_files": ["r.yml"]}, "f.yml", base_folder=tmp_path)
    with pytest.raises(ConfigError, match=r"r\.yml: groups\[0\]\.rules\[0\]\.expr"):
        Collector(config, tmp_path / "data")
    assert not (tmp_path / "data").exists()


TO_NOBODY = {"static_configs": [{"targets": ["127.0.0.1:1"]}]}


def secret_jobs(folder):
    """A job and an Alertmanager whose secrets are in files."""
    value = {
        "scrape_configs": [
            {"job_name": "shop", "authorization": {"credentials_file": "job.secret"}, **TO_NOBODY}
        ],
        "alerting": {"alertmanagers": [{"authorization": {"credentials_file": "am.secret"}, **TO_NOBODY}]},
    }
    return parse_config(value, "f.yml", base_folder=folder)


@pytest.mark.parametrize("missing", ["job.secret", "am.secret"])
def test_a_secret_that_cannot_be_read_is_found_before_anything_is_opened(tmp_path, missing):
    for name in {"job.secret", "am.secret"} - {missing}:
        (tmp_path / name).write_text("s")
    with pytest.raises(ConfigError, match=missing):
        Collector(secret_jobs(tmp_path), tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("missing", ["job.secret", "am.secret"])
def test_a_reload_whose_secret_cannot_be_read_leaves_all_as_it_was(tmp_path, missing):
    for name in {"job.secret", "am.secret"} - {missing}:
        (tmp_path / name).write_text("s")
    rules = groups({"record": "a:b", "expr": "vector(7)"})
    collector = Collector(parse_config({}, "f.yml"), tmp_path / "data", extra_rule_groups=rules)
    collector.start()
    before = (collector.config, collector.engine, collector.dispatchers, collector.pool.scrapers)
    with pytest.raises(ConfigError, match=missing):
        collector.reload(secret_jobs(tmp_path))
    assert (collector.config, collector.engine, collector.dispatchers, collector.pool.scrapers) == before
    collector.stop()


def test_alertmanagers_that_are_no_longer_told_are_closed(tmp_path, monkeypatch):
    closed = []
    monkeypatch.setattr(HttpAlertSink, "close", lambda sink: closed.append(sink.url))
    told = {"alerting": {"alertmanagers": [TO_NOBODY]}}
    collector = Collector(parse_config(told, "f.yml"), tmp_path)
    collector.start()
    collector.reload(parse_config({}, "f.yml"))
    assert closed == ["http://127.0.0.1:1/api/v2/alerts"]
    collector.stop()


def test_a_reload_with_another_database_is_refused(tmp_path):
    collector = Collector(parse_config({}, "f.yml"), tmp_path)
    elsewhere = parse_config({"storage": {"database": "postgresql://h/d"}}, "f.yml")
    with pytest.raises(ConfigError, match=r"storage\.database: .* another needs a restart"):
        collector.reload(elsewhere)
    collector.stop()


@pytest.mark.parametrize(
    ("error", "said", "is_logged"),
    [
        (RecursionError("hunter2\n"), "an unexpected RecursionError: the log tells more", True),
        (PermissionError(13, "Permission denied", "f.yml"), "Permission denied: 'f.yml'", False),
        (StoreError("no\nroom"), "no room", False),
    ],
)
def test_a_reload_that_fails_unexpectedly_says_so_in_a_line(tmp_path, caplog, error, said, is_logged):
    def read():
        raise error

    collector = Collector(parse_config({}, "f.yml"), tmp_path, read_config=read)
    before = (collector.config, collector.engine, collector.dispatchers)
    with pytest.raises(ConfigError, match=said):
        collector.reload_from_file()
    assert (collector.config, collector.engine, collector.dispatchers) == before
    assert (said in collector.reload_error, "Traceback" in caplog.text) == (True, is_logged)
    collector.stop()


def test_targets_that_cannot_be_made_leave_all_as_it_was(tmp_path, monkeypatch):
    def broken(_job):
        raise ZeroDivisionError

    new = parse_config({"scrape_configs": [{"job_name": "a"}]}, "f.yml")
    collector = Collector(parse_config({}, "f.yml"), tmp_path, read_config=lambda: new)
    before = (collector.config, collector.engine, collector.dispatchers)
    monkeypatch.setattr("collector.app.discover", broken)
    with pytest.raises(ConfigError, match="an unexpected ZeroDivisionError"):
        collector.reload_from_file()
    assert (collector.config, collector.engine, collector.dispatchers) == before
    collector.stop()


def test_a_reload_that_leaves_nothing_to_scrape_is_told(tmp_path, caplog):
    scraped = {"scrape_configs": [{"job_name": "a", "static_configs": [{"targets": ["127.0.0.1:1"]}]}]}
    collector = Collector(parse_config(scraped, "f.yml"), tmp_path)
    collector.start()
    collector.reload(parse_config({}, "f.yml"))
    collector.stop()
    assert "the new configuration has no scrape_configs" in caplog.text


def test_a_file_that_lost_all_it_held_is_told(tmp_path, caplog):
    (tmp_path / "samples.db").touch()
    Collector(parse_config({}, "f.yml"), tmp_path).stop()
    assert "samples.db is empty" in caplog.text


def test_a_second_collector_on_the_same_folder_is_refused(tmp_path):
    first = Collector(parse_config({}, "f.yml"), tmp_path)
    with pytest.raises(StoreError, match="in use"):
        Collector(parse_config({}, "f.yml"), tmp_path)
    first.stop()


def test_old_blocks_are_dropped_after_their_retention(tmp_path):
    config = parse_config({"storage": {"tsdb": {"retention": {"time": "1h"}}}}, "f.yml")
    collector = Collector(config, tmp_path, clock=ManualClock(10_000.0))
    dropped = []
    collector.store.drop_before = lambda before_ms: dropped.append(before_ms) or 0
    collector.ingester.start()
    collector._drop_old()
    collector.stop()
    assert dropped == [6_400_000]


def test_the_oldest_blocks_are_dropped_where_the_file_is_too_large(tmp_path):
    config = parse_config({"storage": {"tsdb": {"retention": {"size": "1MB"}}}}, "f.yml")
    collector = Collector(config, tmp_path, clock=ManualClock(10_000.0))
    limits = []
    collector.store.drop_to_size = lambda most_bytes: limits.append(most_bytes) or 0
    collector.store.drop_before = None
    collector.ingester.start()
    collector._drop_old()
    collector.stop()
    assert limits == [1_000_000]


class Inbox:
    """A sink whose alerts a test takes out by name and end."""

    def __init__(self):
        self.came = queue.Queue()

    def send(self, alerts):
        for alert in alerts:
            self.came.put((alert["labels"]["alertname"], alert["endsAt"]))

    def take(self):
        return self.came.get(timeout=20)


def test_a_full_disk_stops_no_alert_and_is_one_itself(tmp_path):
    inbox, clock = Inbox(), ManualClock(60.0)
    rules = groups({"record": "a:b", "expr": "up"}, {"alert": "Down", "expr": "sum(up) == 0"})
    each = replace(slices_of(rules)[0], offset_seconds=0.0)
    collector = Collector(
        parse_config({}, "f.yml"), tmp_path, clock=clock, sinks=[inbox], extra_rule_groups=rules
    )
    with collector.store.importing() as add:
        for number in range(1000):
            series = collector.store.series_id(Labels({"__name__": "up", "i": str(number)}))
            add([Column(series, np.array([50_000]), np.zeros(1))])
    collector.ingester.start()
    collector.dispatchers[0].start()
    disk = FullDisk(collector.store)
    disk.fill()
    collector._evaluate(each)
    assert inbox.take()[0] == "Down"
    asyncio.run(collector._tell_of_itself())
    assert inbox.take()[0] == "FirelineCannotStoreSamples"
    clock.advance(30)
    disk.make_room()
    collector._evaluate(each)
    asyncio.run(collector._tell_of_itself())
    assert inbox.take() == ("FirelineCannotStoreSamples", "1970-01-01T00:01:30.000Z")
    assert collector.engine.statuses[0].rules[0].health == "ok"
    collector.stop()
