"""Counters born, or born again, between two scrapes: what they counted before the first one is seen."""

import asyncio
import time

import httpx
import prometheus_client
import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram

from collector.fetch import Fetched, fetch
from collector.scrape import TargetWriter
from tests.collector.test_scrape import Watched

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
DOWN = "no complete answer within 1s"


def page(value, created, name="errors"):
    return f"# TYPE {name} counter\n{name}_total {value}\n{name}_created {created}\n# EOF\n"


class Shop(Watched):
    def __init__(self, store, **job):
        super().__init__(store, scrape_interval="15s", **job)

    def scrape(self, at, text="# EOF\n", error=""):
        return super().scrape(at, text, error, OPENMETRICS)

    def increase(self, at, window="5m"):
        return list(self.value(f"increase(errors_total[{window}])", at).values())

    def samples(self, at, query="errors_total[1h]"):
        (last,) = self.value(f"count_over_time({query})", at).values() or (0,)
        return last


@pytest.fixture
def shop(store):
    return Shop(store)


def test_errors_of_a_counter_born_between_two_scrapes_are_counted(shop):
    shop.scrape(1000)
    shop.scrape(1015, page(57, 1005.5))
    assert shop.increase(1015) == [57]
    assert shop.value("errors_total", 1006) != {}
    assert shop.value("errors_total", 1005) == {}


def test_a_steady_counter_gets_no_more_zeros(shop):
    for turn in range(5):
        shop.scrape(1000 + 15 * turn, page(turn, 999.0))
    assert shop.samples(1060) == 1 + 5


def test_a_restart_loses_nothing_where_the_new_process_has_counted_more(shop):
    shop.scrape(1000, page(40, 995.0))
    shop.scrape(1015, page(57, 1003.0))
    assert shop.increase(1015, "15001ms") == [pytest.approx(57, rel=1e-3)]
    assert shop.samples(1015) == 4


def test_an_outage_of_the_target_is_bridged(shop):
    shop.scrape(1000, page(40, 999.0))
    shop.scrape(1015, error=DOWN)
    shop.scrape(1030, error=DOWN)
    shop.scrape(1045, page(57, 1020.0))
    assert shop.increase(1045, "40s") == [57]
    assert shop.value("errors_total", 1019) == {}


def test_a_process_that_an_outage_of_the_network_hid_begins_not_again(shop):
    shop.scrape(1000, page(40, 999.0))
    shop.scrape(1015, error=DOWN)
    shop.scrape(1030, page(41, 999.0))
    assert shop.samples(1030) == 3


def test_a_collector_that_starts_again_knows_what_it_has(shop):
    shop.scrape(1000, page(40, 999.0))
    shop.writer = TargetWriter(shop.target, shop.store)
    shop.scrape(1015, page(41, 999.0))
    assert shop.samples(1015) == 3
    shop.writer = TargetWriter(shop.target, shop.store)
    shop.scrape(1030, page(57, 1020.0))
    assert shop.increase(1030, "14s") == [57]


def test_a_page_that_was_not_kept_is_as_if_it_had_not_come(shop):
    shop.scrape(1000)
    shop.writer.batch(1015, Fetched(page(3, 1005.0), OPENMETRICS, 0.25))
    shop.writer.take_back()
    shop.scrape(1030, page(57, 1005.0))
    assert shop.increase(1030) == [57]


def test_a_job_that_changed_goes_on(shop):
    shop.scrape(1000, page(40, 999.0))
    shop.writer = TargetWriter(shop.target, shop.store, shop.writer)
    shop.scrape(1015, page(41, 999.0))
    assert shop.samples(1015) == 3


def test_series_that_relabelling_gave_another_name_do_not_count_again(store):
    Shop(store).scrape(1000, page(1_000_000, 900.0))
    rename = {"source_labels": ["__name__"], "target_label": "team", "replacement": "a"}
    renamed = Shop(store, metric_relabel_configs=[rename])
    renamed.scrape(1015, page(1_000_000, 900.0))
    assert [*renamed.value('count_over_time(errors_total{team="a"}[1h])', 1015).values()] == [1]


def test_created_times_ahead_of_us_are_counted(shop):
    shop.scrape(1000)
    shop.scrape(1015, page(57, 1016.0))
    shop.scrape(1030, page(57, 1016.0))
    assert shop.store.counters.too_new == 1
    assert shop.samples(1030) == 2


def test_created_lines_are_kept_as_series(shop):
    shop.scrape(1000, page(57, 999.5))
    assert list(shop.value("errors_created", 1000).values()) == [999.5]


@pytest.fixture
def served(monkeypatch):
    """A real server of a registry, and its address. The shop's own metrics go without created times."""
    monkeypatch.setattr("prometheus_client.metrics._use_created", True)
    registry = CollectorRegistry()
    server, thread = prometheus_client.start_http_server(0, "127.0.0.1", registry)
    yield registry, f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    thread.join()
    server.server_close()


async def _fetch(url):
    async with httpx.AsyncClient(trust_env=False) as client:
        return await fetch(client, url, timeout_seconds=10)


@pytest.mark.parametrize("kind", [Counter, Histogram])
def test_the_first_errors_of_a_real_client_are_counted(store, served, kind):
    registry, url = served
    watched, errors = Watched(store), kind("errors", "Failed.", ["code"], registry=registry)
    began = time.time()
    answers = [asyncio.run(_fetch(url))]
    for _ in range(57):
        one = errors.labels("500")
        one.inc() if kind is Counter else one.observe(0.3)
    answers.append(asyncio.run(_fetch(url)))
    for at, answer in zip((began - 1, began + 14), answers, strict=True):
        assert answer.content_type.startswith("application/openmetrics-text")
        store.write([watched.writer.batch(at, answer)[0]])
    names = ["errors_total"] if kind is Counter else ["errors_count", 'errors_bucket{le="0.5"}']
    for name in names:
        assert [*watched.value(f"increase({name}[5m])", began + 14).values()] == [pytest.approx(57)]
