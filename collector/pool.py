"""The targets that are scraped now, and keeping them as configuration and discovery say."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.clock import Clock
from collector.config import ScrapeConfig
from collector.config_http import HttpClientConfig
from collector.errors import CollectorError, ConfigError
from collector.families import Metadata
from collector.fetch import SharedClient, http_client
from collector.ingest import Ingester
from collector.redaction import without_userinfo
from collector.scheduler import Scheduler, scrape_time
from collector.scrape import ScrapeResult, TargetWriter
from collector.steps import Steps
from collector.store.batches import Batch
from collector.store.durable import SampleStore
from collector.targets import DroppedTarget, Target, discover, files_as_they_are

logger = logging.getLogger(__name__)

_ENDING = "end"
_END_AGAIN_SECONDS = 60.0

Clients = Mapping[HttpClientConfig, SharedClient]
_NO_CLIENTS: Clients = {}
_LOOK_SECONDS = 5.0  # how soon a change of a discovery file is seen


def made_clients(configs: Iterable[ScrapeConfig], held: Clients = _NO_CLIENTS) -> Clients:
    """A client for each way in which these jobs are reached: one that is held already, or a new one.

    Raises:
        ConfigError: for a secret or certificates that cannot be read.
    """
    return {
        config.http: held.get(config.http) or SharedClient(http_client(config.http)) for config in configs
    }


class TargetScraper:
    """Scrapes one target. ``latest`` is what the targets page shows."""

    def __init__(
        self,
        target: Target,
        client: SharedClient,
        clock: Clock,
        ingester: Ingester,
        writer: TargetWriter,
    ) -> None:
        self.target = target
        self.latest: ScrapeResult | None = None
        self.writer = writer
        self.client = client
        self._clock = clock
        self._ingester = ingester

    @property
    def metadata(self) -> Mapping[str, Metadata]:
        return self.writer.metadata

    async def scrape(self) -> None:
        """Fetches the page and waits until its samples are kept."""
        job = self.target.job
        at = scrape_time(
            self._clock.now(), job.interval_seconds, self.target.offset_seconds(job.interval_seconds)
        )
        fetched = await self.client.fetch(
            self.target.url,
            timeout_seconds=job.timeout_seconds,
            limit_bytes=job.body_size_limit_bytes,
            server_name=job.http.tls.server_name,
        )

        def failed(error: Exception) -> tuple[Batch, ScrapeResult]:
            reason = f"reading the page failed: {error!r}"
            return self.writer.batch(at, replace(fetched, text="", error=reason))

        try:
            kept = self._ingester.submit(
                lambda: self.writer.reading(at, fetched), failed, self.writer.take_back
            )
            self.latest = await asyncio.wrap_future(kept)
        except CollectorError as error:
            self.latest = ScrapeResult(at, fetched.duration_seconds, str(error))
        except Exception as error:  # whatever it is, the next scrape comes
            logger.exception("%s: keeping the scrape failed", self.target.shown_url)
            self.latest = ScrapeResult(at, fetched.duration_seconds, f"keeping the scrape failed: {error!r}")


@dataclass(frozen=True)
class _Job:
    config: ScrapeConfig
    scrapers: Mapping[str, TargetScraper]
    dropped: Sequence[DroppedTarget]
    error: str = ""


@dataclass(frozen=True)
class _Ending:
    """A target that went at a time; its series are yet to be ended."""

    writer: TargetWriter
    at: float


class ScrapePool:
    """Every job's targets. Changed from one thread at a time; ``scrapers`` may be read by any."""

    def __init__(
        self,
        store: SampleStore,
        ingester: Ingester,
        scheduler: Scheduler,
        clock: Clock,
        clients: Clients = _NO_CLIENTS,
    ) -> None:
        self._store = store
        self._ingester = ingester
        self._scheduler = scheduler
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._ending: dict[str, _Ending] = {}
        self._is_ending_again = False
        self._clients = dict(clients)

    @property
    def scrapers(self) -> list[TargetScraper]:
        return [scraper for job in list(self._jobs.values()) for scraper in job.scrapers.values()]

    @property
    def dropped(self) -> list[DroppedTarget]:
        return [target for job in list(self._jobs.values()) for target in job.dropped]

    def prepare(self, configs: Sequence[ScrapeConfig]) -> Clients:
        """What ``apply`` needs for these jobs; the pool stays as it is. Raises as ``made_clients``."""
        return made_clients(configs, self._clients)

    async def apply(self, configs: Sequence[ScrapeConfig], clients: Clients) -> None:
        """Scrapes exactly these jobs from now on; targets that stay lose no scrape."""
        self._clients |= clients
        wanted = {config.job_name: config for config in configs}
        for name in [name for name in self._jobs if name not in wanted]:
            self._unwatch(self._jobs[name].config)
            await self._replace(name, None)
        for name, config in wanted.items():
            if name in self._jobs:
                self._unwatch(self._jobs[name].config)
            await self._replace(name, config)
            self._watch(config)
        await asyncio.sleep(0)  # scrapes that were due before this begin, with the client that they know
        await self._retire_clients(clients)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.retire()

    async def _retire_clients(self, wanted: Clients) -> None:
        """Closes what neither a job nor a target that discovery could not replace is reached by."""
        used = {*wanted.values(), *(scraper.client for scraper in self.scrapers)}
        former = self._clients
        self._clients = {config: client for config, client in former.items() if client in used}
        for client in former.values():
            if client not in used:
                await client.retire()

    def _watch(self, config: ScrapeConfig) -> None:
        """Reads a job's discovery files again soon after they change, and at each refresh."""
        if not config.file_sd_configs:
            return
        refresh = min(sd.refresh_seconds for sd in config.file_sd_configs)
        seen: object = None  # the first look reads them whatever they are: they may have changed since
        read_at = 0.0

        async def look() -> None:
            nonlocal seen, read_at
            found, at = files_as_they_are(config), self._clock.now()
            if found != seen or not read_at <= at < read_at + refresh:
                seen, read_at = found, at
                await self._replace(config.job_name, config)

        self._scheduler.every(f"discover\n{config.job_name}", min(refresh, _LOOK_SECONDS), 0.0, look)

    def _unwatch(self, config: ScrapeConfig) -> None:
        if config.file_sd_configs:
            self._scheduler.remove(f"discover\n{config.job_name}")

    async def _replace(self, name: str, config: ScrapeConfig | None) -> None:
        """Puts a job's targets of now in place of those before."""
        before = self._jobs.get(name)
        former = dict(before.scrapers) if before else {}
        if config is None:
            self._jobs.pop(name, None)
            await self._end(list(former.values()))
            return
        try:
            found, dropped = discover(config)
        except ConfigError as error:
            logger.error("job %s: discovery failed, keeping its targets: %s", name, error)  # noqa: TRY400  # no bug
            if before:
                self._jobs[name] = _Job(config, former, before.dropped, str(error))
            return
        for target in dropped:
            if target.error:
                address = without_userinfo(target.discovered.get("__address__"))
                logger.error("job %s: target %s is not scraped: %s", name, address, target.error)
        if config.target_limit and len(found) > config.target_limit:
            logger.error("job %s: %d targets: expected at most %d", name, len(found), config.target_limit)
            found = []
        scrapers = {target.key: self._scraper(target, former.get(target.key)) for target in found}
        self._jobs[name] = _Job(config, scrapers, dropped)
        await self._end([scraper for key, scraper in former.items() if key not in scrapers])

    def _scraper(self, target: Target, former: TargetScraper | None) -> TargetScraper:
        if former is not None and former.target.is_scraped_as(target):
            return former
        if former is not None:
            self._scheduler.remove(_job_name(former))
        ending = self._ending.pop(target.key, None)
        before = former.writer if former else ending.writer if ending else None
        writer = TargetWriter(target, self._store, before)
        client = self._clients[target.job.http]
        scraper = TargetScraper(target, client, self._clock, self._ingester, writer)
        interval = target.job.interval_seconds
        self._scheduler.every(_job_name(scraper), interval, target.offset_seconds(interval), scraper.scrape)
        return scraper

    async def _end(self, scrapers: Sequence[TargetScraper]) -> None:
        """Stops scraping targets and ends their series; where that cannot be stored now, once it can be."""
        at = self._clock.now()
        for scraper in scrapers:
            self._scheduler.remove(_job_name(scraper))
            self._ending[scraper.target.key] = _Ending(scraper.writer, at)
        if scrapers and not await self._are_ended() and not self._is_ending_again:
            self._is_ending_again = True
            self._scheduler.every(_ENDING, _END_AGAIN_SECONDS, 0.0, self._end_again)

    async def _end_again(self) -> None:
        if await self._are_ended():
            self._is_ending_again = False
            self._scheduler.remove(_ENDING)

    async def _are_ended(self) -> bool:
        """Ends the series of targets that went, as of when they did; whether that was stored."""
        ending = dict(self._ending)

        def prepare() -> Steps[tuple[Batch, None]]:
            while any(one.writer.is_reading for one in ending.values()):
                yield
            rows = [row for one in ending.values() for row in one.writer.farewell(one.at).rows]
            return Batch(rows), None

        try:
            await asyncio.wrap_future(self._ingester.submit(prepare))
        except CollectorError as error:
            logger.warning("series of %d targets could not be ended: %s", len(ending), error)
            return False
        self._ending = {key: one for key, one in self._ending.items() if ending.get(key) is not one}
        return not self._ending


def _job_name(scraper: TargetScraper) -> str:
    return f"scrape\n{scraper.target.key}"
