import asyncio
import json
from contextlib import contextmanager

import httpx
import pytest

from collector.clock import ManualClock
from collector.config import parse_config
from collector.embedded import EmbeddedQuerier
from collector.errors import StoreError
from collector.fetch import Fetched, http_client
from collector.ingest import Ingester
from collector.pool import ScrapePool
from collector.steps import finished
from collector.store.batches import Batch
from collector.store.durable import SampleStore
from collector.targets import discover
from tests.collector.full_disk import FullDisk


class Jobs:
    """Takes jobs as the scheduler does, and runs none by itself."""

    def __init__(self):
        self.jobs = {}

    def every(self, name, interval_seconds, offset_seconds, job):
        assert name not in self.jobs
        assert 0 <= offset_seconds < interval_seconds
        self.jobs[name] = job

    def remove(self, name):
        del self.jobs[name]

    async def run(self, kind):
        for name, job in list(self.jobs.items()):
            if name.startswith(kind):
                await job()


class World:
    def __init__(self, folder):
        self.store = SampleStore(folder)
        self.ingester = Ingester(self.store)
        self.ingester.start()
        self.jobs = Jobs()
        self.clock = ManualClock(100.0)
        self.pool = ScrapePool(self.store, self.ingester, self.jobs, self.clock)
        self.querier = EmbeddedQuerier(self.store)

    async def apply(self, *jobs):
        self.clock.advance(1)
        configs = parse_config({"scrape_configs": list(jobs)}, "f.yml").scrape_configs
        await self.pool.apply(configs, self.pool.prepare(configs))

    async def scrape(self):
        self.clock.advance(10)
        await self.jobs.run("scrape")

    def up(self):
        samples = self.querier.instant("up", self.clock.now())
        return {sample.labels["instance"]: sample.value for sample in samples}

    async def close(self):
        await self.pool.close()
        self.ingester.stop()
        self.store.close()


def page(request):
    if request.url.host == "dead":
        raise httpx.ConnectError("refused")
    return httpx.Response(200, stream=httpx.ByteStream(b"a 1\n"))


@pytest.fixture
def clients(monkeypatch):
    """Every client that the pool made."""
    made = []

    def make(config):
        made.append(http_client(config, transport=httpx.MockTransport(page)))
        return made[-1]

    monkeypatch.setattr("collector.pool.http_client", make)
    return made


@pytest.fixture
async def world(tmp_path, clients):
    world = World(tmp_path / "data")
    yield world
    await world.close()


def job(*targets, **keys):
    return {"job_name": "shop", "static_configs": [{"targets": list(targets)}], **keys}


async def test_targets_are_scraped_and_their_state_kept(world):
    await world.apply(job("a:1", "dead:1"))
    await world.scrape()
    assert world.up() == {"a:1": 1.0, "dead:1": 0.0}
    assert [scraper.latest.error for scraper in world.pool.scrapers] == ["", "refused"]


async def test_a_page_that_breaks_the_reader_ends_as_failed_and_is_counted(world, monkeypatch, caplog):
    await world.apply(job("a:1"))
    await world.scrape()
    (scraper,) = world.pool.scrapers

    def break_down(_text, _format):
        raise MemoryError("no room")

    monkeypatch.setattr(scraper.writer._parser, "parsing", break_down)
    await world.scrape()
    assert scraper.latest.error == "reading the page failed: MemoryError('no room')"
    assert (world.up(), world.querier.instant("a", world.clock.now())) == ({"a:1": 0.0}, [])
    assert world.ingester.failures == 1
    assert "preparing samples failed" in caplog.text


async def test_a_target_that_goes_while_its_page_is_read_ends_after_that(world, monkeypatch):
    monkeypatch.setattr("collector.page._CHARACTERS_A_STEP", 1)
    await world.apply(job("a:1"))
    (scraper,) = world.pool.scrapers
    read_at = world.clock.now()
    steps = scraper.writer.reading(read_at, Fetched("a 1\nb 2\n", "text/plain", 0.1))
    next(steps)
    going = asyncio.create_task(world.apply())
    await asyncio.sleep(0)
    world.ingester.submit(lambda: (Batch(), None)).result(5)
    world.ingester.submit(lambda: finished(steps)).result(5)
    await going
    assert len(world.querier.instant('{__name__=~"a|b", job="shop"}', read_at)) == 2
    assert world.querier.instant('{job="shop"}', world.clock.now()) == []


async def test_a_scrape_that_cannot_be_kept_says_so(world, monkeypatch):
    await world.apply(job("a:1"))

    def break_down(_batches):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "write", break_down)
        await world.scrape()
    assert world.pool.scrapers[0].latest.error == "keeping the scrape failed: ZeroDivisionError()"


async def test_a_target_whose_samples_find_no_room_says_so_in_plain_words(world):
    await world.apply(job("a:1"))
    disk = FullDisk(world.store)
    disk.fill()
    for _ in range(200):
        await world.scrape()
    (scraper,) = world.pool.scrapers
    assert scraper.latest.error == "samples cannot be stored: disk is full"
    disk.make_room()
    await world.scrape()
    assert (scraper.latest.error, world.up()) == ("", {"a:1": 1.0})


async def test_targets_can_be_replaced_while_their_end_cannot_be_kept(world, monkeypatch, caplog):
    await world.apply(job("a:1", "b:1"))
    await world.scrape()

    def refuse(_batches):
        raise StoreError("samples cannot be stored: disk is full")

    monkeypatch.setattr(world.store, "write", refuse)
    await world.apply(job("a:1"))
    assert [scraper.target.labels["instance"] for scraper in world.pool.scrapers] == ["a:1"]
    assert "series of 1 targets could not be ended: samples cannot be stored: disk is full" in caplog.text


@pytest.fixture
def refusing(world, monkeypatch):
    """While it is entered, nothing can be stored."""

    @contextmanager
    def refusing():
        def refuse(_batches):
            raise StoreError("samples cannot be stored: disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(world.store, "write", refuse)
            yield

    return refusing


async def test_series_that_could_not_be_ended_are_ended_as_of_then(world, refusing):
    await world.apply(job("a:1", "b:1"))
    await world.scrape()
    with refusing():
        await world.apply(job("b:1"))
        went_at = world.clock.now()
        await world.jobs.run("end")
    await world.scrape()
    assert set(world.up()) == {"a:1", "b:1"}
    await world.jobs.run("end")
    assert "end" not in world.jobs.jobs
    assert set(world.up()) == {"b:1"}
    before, after = (world.querier.instant('up{instance="a:1"}', at) for at in (went_at - 0.001, went_at))
    assert (len(before), after) == (1, [])


async def test_a_target_that_comes_back_before_it_could_be_ended_goes_on(world, refusing):
    await world.apply(job("a:1", "b:1"))
    await world.scrape()
    with refusing():
        await world.apply(job("b:1"))
    await world.apply(job("a:1", "b:1"))
    await world.jobs.run("end")
    assert set(world.up()) == {"a:1", "b:1"}
    assert "end" not in world.jobs.jobs


async def test_a_target_that_goes_ends_and_those_that_stay_go_on(world):
    await world.apply(job("a:1", "b:1"))
    await world.scrape()
    (kept, _) = world.pool.scrapers
    await world.apply(job("a:1"))
    assert world.up() == {"a:1": 1.0}
    assert world.pool.scrapers == [kept]
    await world.scrape()
    assert world.up() == {"a:1": 1.0}


async def test_a_job_that_changes_scrapes_the_same_series(world):
    await world.apply(job("a:1"))
    await world.scrape()
    await world.apply(job("a:1", sample_limit=9))
    await world.scrape()
    assert world.up() == {"a:1": 1.0}
    assert world.pool.scrapers[0].target.job.sample_limit == 9
    assert len(world.jobs.jobs) == 1


async def test_a_job_that_goes_takes_everything_with_it(world, tmp_path):
    (tmp_path / "t.json").write_text("[]")
    await world.apply(job("a:1", file_sd_configs=[{"files": [str(tmp_path / "t.json")]}]))
    await world.scrape()
    await world.apply()
    assert (world.jobs.jobs, world.pool.scrapers, world.up()) == ({}, [], {})


async def test_discovery_files_are_read_again(world, tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"targets": ["a:1"]}]))
    await world.apply({"job_name": "shop", "file_sd_configs": [{"files": [str(path)]}]})
    for instance in ("b:1", "other:1"):
        path.write_text(json.dumps([{"targets": [instance]}]))
        await world.jobs.run("discover")
        assert [scraper.target.labels["instance"] for scraper in world.pool.scrapers] == [instance]


async def test_discovery_files_are_read_only_where_they_changed_or_are_to_be_refreshed(
    world, tmp_path, monkeypatch
):
    read = []

    def counted(config):
        read.append(world.clock.now())
        return discover(config)

    monkeypatch.setattr("collector.pool.discover", counted)
    (tmp_path / "t.json").write_text("[]")
    files = {"files": [str(tmp_path / "*.json")], "refresh_interval": "1m"}
    await world.apply({"job_name": "shop", "file_sd_configs": [files]})
    begun = len(read)
    for seconds in (0, 5, 54, 1, 5):
        world.clock.advance(seconds)
        await world.jobs.run("discover")
    assert len(read) - begun == 2  # at the first look, and a minute later
    (tmp_path / "u.json").write_text("[]")
    await world.jobs.run("discover")
    assert len(read) - begun == 3


async def test_a_broken_discovery_file_keeps_the_targets(world, tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"targets": ["a:1"]}]))
    await world.apply({"job_name": "shop", "file_sd_configs": [{"files": [str(path)]}]})
    path.write_text("{")
    await world.jobs.run("discover")
    assert len(world.pool.scrapers) == 1


async def test_too_many_targets_are_none(world):
    await world.apply(job("a:1", "b:1", target_limit=1))
    assert world.pool.scrapers == []


async def test_a_slow_target_delays_no_other(world, monkeypatch):
    hanging = asyncio.Event()

    async def stream(request):
        if request.url.host == "slow":
            await hanging.wait()
        return page(request)

    monkeypatch.setattr(
        "collector.pool.http_client",
        lambda config: http_client(config, transport=httpx.MockTransport(stream)),
    )
    await world.apply(job("slow:1", "a:1"))
    slow, quick = (asyncio.create_task(scraper.scrape()) for scraper in world.pool.scrapers)
    await quick
    assert world.up() == {"a:1": 1.0}
    hanging.set()
    await slow
    assert set(world.up()) == {"a:1", "slow:1"}


LOGGED_IN = {"basic_auth": {"username": "me", "password": "p"}}


async def test_a_client_that_no_job_uses_any_more_is_closed(world, clients):
    await world.apply(job("a:1", **LOGGED_IN))
    await world.apply(job("a:1"))
    assert [client.is_closed for client in clients] == [True, False]
    await world.scrape()
    assert world.up() == {"a:1": 1.0}


async def test_a_client_closes_after_the_scrape_that_uses_it(world, clients, monkeypatch):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def stream(request):
        begun.set()
        await go_on.wait()
        return page(request)

    monkeypatch.setattr(
        "collector.pool.http_client",
        lambda config: (
            clients.append(http_client(config, transport=httpx.MockTransport(stream))) or clients[-1]
        ),
    )
    await world.apply(job("a:1", **LOGGED_IN))
    (scraper,) = world.pool.scrapers
    under_way = asyncio.create_task(scraper.scrape())
    await begun.wait()
    await world.apply(job("a:1"))
    assert not clients[0].is_closed
    go_on.set()
    await under_way
    assert (scraper.latest.error, clients[0].is_closed) == ("", True)


async def test_targets_that_discovery_cannot_replace_keep_their_client(world, clients, tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"targets": ["a:1"]}]))
    files = {"job_name": "shop", "file_sd_configs": [{"files": [str(path)]}]}
    await world.apply({**files, **LOGGED_IN})
    path.write_text("{")
    await world.apply(files)
    await world.scrape()
    assert (world.up(), clients[0].is_closed) == ({"a:1": 1.0}, False)


async def test_closing_closes_every_client(world, clients):
    await world.apply(job("a:1"))
    await world.pool.close()
    assert [client.is_closed for client in clients] == [True]


async def test_a_target_that_relabelling_broke_is_logged_and_the_others_scraped(world, caplog):
    relabel = [
        {
            "source_labels": ["__address__"],
            "regex": "a:.*",
            "target_label": "__scrape_interval__",
            "replacement": "1s",
        }
    ]
    targets = [{"targets": ["me:hunter2@a:1", "b:2"]}, {"targets": ["a:1"]}]
    await world.apply({"job_name": "j", "static_configs": targets, "relabel_configs": relabel})
    assert [scraper.target.labels["instance"] for scraper in world.pool.scrapers] == ["me:hunter2@a:1", "b:2"]
    assert "target a:1 is not scraped: __scrape_timeout__" in caplog.text
