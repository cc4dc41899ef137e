"""All parts in one process on one port: what ``fireline up`` runs."""

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from types import FrameType

import click
import uvicorn
from fastapi import FastAPI

from alerts.app import Alerts
from alerts.check.lint import blind_tiers
from alerts.compile import CompileOptions, compile_slos
from alerts.errors import SpecError
from alerts.guardrails.rules import compile_guardrails
from alerts.selectors import seconds_between_samples
from collector.allocator import keep_freed_memory
from collector.api.v1 import routes
from collector.app import Collector
from collector.clock import Clock, SystemClock
from collector.config import CollectorConfig
from collector.errors import ConfigError, QueryError
from collector.http_server import KEEP_ALIVE_SECONDS, BoundedHttp
from collector.options import Options
from collector.pool import TargetScraper
from collector.querier import Querier
from collector.redaction import shortened, without_userinfo
from collector.rules.files import RuleGroup, parse_groups
from dashboards.config import FirelineConfig, load_config
from dashboards.engine import OtherEngine
from dashboards.errors import SettingsError
from dashboards.guardrail_alerts import GuardrailAlerts
from dashboards.listen import Address, listening_socket, parse_address
from dashboards.looks import remote_targets
from dashboards.own_incidents import OwnIncidents
from dashboards.readings import State, TargetReading
from dashboards.same_origin import Names, SameOrigin
from dashboards.slo_records import slo_records
from dashboards.specs import Specs, load_specs
from dashboards.status import status_routes
from dashboards.watch import Watcher
from dashboards.web.desk import IncidentDesk
from dashboards.web.pages import Pages, Room
from postmortem.causes.knowledge import load_knowledge

LONGEST_PAGE_INTERVAL_SECONDS = 15.0
LONGEST_TICKET_INTERVAL_SECONDS = 60.0
OLDEST_COUNTS_SECONDS = 15.0
REMOTE_OLDEST_COUNTS_SECONDS = 300.0  # another server's 30-day queries are somebody's CPU
LAST_REQUESTS_SECONDS = 2
log = logging.getLogger(__name__)


class Fireline:
    """Built, but idle until ``start``; ``stop`` leaves nothing running."""

    def __init__(self, config: FirelineConfig, specs: Specs, data_dir: Path, clock: Clock, url: str) -> None:
        self._remote = OtherEngine(config.prometheus) if config.prometheus else None
        self._alerts = Alerts(
            config.alerts,
            data_dir,
            clock=clock,
            slos_provider=lambda: slo_records(self._watcher.readings),
            signals_provider=specs.signals.to_mapping,
            depends_on=specs.signals.services,
            accounts=lambda: self._watcher.readings.accounts,
            candidates=lambda: load_knowledge().ids(),
        )
        self._collector = Collector(
            _collector_config(config),
            data_dir,
            clock=clock,
            sinks=(OwnIncidents(self._alerts),),
            querier=self._remote,
            extra_rule_groups=rule_groups(config, specs),
            external_url=url,
            read_config=lambda: _read_again(config),
            unready=self._alerts.unready,
            options=Options.of(config.collector.query, receives_remote_write=config.receives_remote_write),
        )
        self._status = status_routes(config)
        desk = IncidentDesk(self._alerts.database)
        querier = self._collector.querier
        self._watcher = Watcher(
            specs,
            querier,
            clock,
            targets=self._targets,
            alerts=lambda: GuardrailAlerts.of(desk.firing(), self._collector.engine.statuses),
            oldest_counts_seconds=REMOTE_OLDEST_COUNTS_SECONDS if self._remote else OLDEST_COUNTS_SECONDS,
        )
        self._room = Room(
            readings=lambda: self._watcher.readings,
            desk=desk,
            responder=self._alerts.response,
            querier=querier,
            signals=specs.signals,
            policies=specs.policies,
            clock=clock,
            language=config.language,
            zone=config.zone,
            remote=self._remote is not None,
            url=url,
        )

    def start(self) -> None:
        """Starts every part; when one fails, those before it are stopped again."""
        with ExitStack() as begun:
            self._alerts.start()
            begun.callback(self._alerts.stop)
            begun.callback(self._collector.stop)
            self._collector.start()
            self._watcher.start()
            begun.pop_all()

    def stop(self) -> None:
        """In the order of the chain: nothing new is scraped or evaluated, and what is due is still told."""
        if self._remote is not None:
            self._remote.stop()
        self._watcher.stop()
        self._collector.stop()
        self._alerts.stop()

    def application(self, started: Callable[[], None]) -> FastAPI:
        """The one ASGI application; it starts and stops the parts with itself."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            self.start()
            try:
                started()
                yield
            finally:
                self.stop()

        app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
        app.include_router(self._alerts.router)
        pages = Pages(self._room)
        app.router.routes.extend([*self._status, *routes(self._collector), *pages.routes()])
        app.add_exception_handler(HTTPStatus.NOT_FOUND, pages.missing)
        app.add_exception_handler(Exception, pages.failed)
        return app

    def _targets(self, at: float) -> tuple[TargetReading, ...]:
        if self._remote is not None:
            return remote_targets(self._remote, at)
        return tuple(_target(scraper) for scraper in self._collector.pool.scrapers)


def rule_groups(config: FirelineConfig, specs: Specs) -> tuple[RuleGroup, ...]:
    """The rules of objectives and guardrails; they stand on raw counters where we cannot record series."""
    evaluation = config.collector.evaluation_interval_seconds
    interval = min(evaluation, LONGEST_PAGE_INTERVAL_SECONDS)
    options = CompileOptions(
        recorded=not config.prometheus,
        interval_seconds=interval,
        ticket_interval_seconds=min(4 * evaluation, LONGEST_TICKET_INTERVAL_SECONDS),
    )
    slo_rules = compile_slos(specs.slos, specs.policies, options)
    groups = parse_groups(slo_rules, f"{config.path}: slo_files")
    if specs.guardrails:
        guardrail_rules = compile_guardrails(specs.guardrails, interval)
        groups += parse_groups(guardrail_rules, f"{config.path}: guardrail_files")
    return groups


def run(config_file: Path, data_dir: Path, listen: str, prometheus: str | None) -> None:
    """Serves until SIGINT or SIGTERM. What can be wrong is found before anything is started.

    Raises:
        SettingsError, ConfigError, alerts.errors.SpecError: for a mistake of the user's.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("stamina").setLevel(logging.ERROR)  # whoever asked says it when retries end
    listener, address = listening_socket(parse_address(listen))
    with closing(listener):
        config = load_config(config_file, page_url=address.url, prometheus=prometheus)
        specs = load_specs(config)
        for name in specs.idle_exclusions:
            log.warning("%s: exclusion_files: %s applies to no objective", config.path, shortened(name))
        rule_groups(config, specs)
        if config.prometheus:
            with closing(OtherEngine(config.prometheus)) as engine:
                _check_answers(engine)
                warn_of_blind_tiers(config, specs, engine)
        else:
            warn_of_blind_tiers(config, specs)
        _make_folder(data_dir)
        _serve(Fireline(config, specs, data_dir, SystemClock(), address.url), listener, address, config)


def warn_of_blind_tiers(config: FirelineConfig, specs: Specs, engine: Querier | None = None) -> None:
    """One line where scrapes, ours or those of the server behind ``engine``, are too seldom for a tier."""
    if engine is not None:
        intervals = intervals_elsewhere(engine, specs, SystemClock().now())
    else:
        intervals = {job.job_name: job.interval_seconds for job in config.collector.scrape_configs}
    line = blind_tiers(specs.policies.values(), intervals)
    if line:
        log.warning("%s: %s", config.path, line)


def intervals_elsewhere(querier: Querier, specs: Specs, at: float) -> dict[str, float]:
    """Seconds between the samples that each objective stands on; those that cannot be told are left out."""
    found = {}
    with suppress(QueryError):  # a start does not wait for one that stops answering
        for slo in specs.slos:
            seconds = seconds_between_samples(querier, slo.sli.total_over("5m"), at)
            if seconds is not None:
                found[f"the series of {slo.name}"] = float(round(seconds))
    return found


class _Server(uvicorn.Server):
    """Stops on a signal and returns; a second one does not cut that short."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


def _serve(fireline: Fireline, listener: socket.socket, address: Address, config: FirelineConfig) -> None:
    keep_freed_memory()
    source = f"queries {without_userinfo(config.prometheus.url)}" if config.prometheus else _jobs(config)
    line = f"Fireline: the control room is at {address.url} ({source}; stop with Ctrl-C)"
    names = Names.of(address, config.alerts.base_url)
    settings = uvicorn.Config(
        SameOrigin(fireline.application(lambda: click.echo(line)), names),
        http=BoundedHttp,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        lifespan="on",
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    _Server(settings).run(sockets=[listener])


def _jobs(config: FirelineConfig) -> str:
    count = len(config.collector.scrape_configs)
    return f"scrapes {count} job{'' if count == 1 else 's'}"


def _collector_config(config: FirelineConfig) -> CollectorConfig:
    """Where another server holds the samples, nothing is scraped here."""
    return replace(config.collector, scrape_configs=()) if config.prometheus else config.collector


def _read_again(config: FirelineConfig) -> CollectorConfig:
    """What the collector's keys say now; objectives and channels are read once, at the start."""
    try:
        return _collector_config(replace(load_config(config.path), prometheus=config.prometheus))
    except SpecError as error:
        raise ConfigError(str(error)) from error


def _target(scraper: TargetScraper) -> TargetReading:
    labels, latest = scraper.target.labels, scraper.latest
    if latest is None:
        return TargetReading(labels.get("job"), labels.get("instance"), State.NO_DATA)
    state = State.UP if latest.healthy else State.DOWN
    return TargetReading(
        labels.get("job"), labels.get("instance"), state, latest.duration_seconds, latest.error
    )


def _check_answers(engine: OtherEngine) -> None:
    try:
        engine.instant("1", SystemClock().now())
    except QueryError as error:
        raise ConfigError(
            f"prometheus: expected a Prometheus that answers at {engine.shown}: {error}"
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"--data {folder}: expected a folder that can be written: {error.strerror}"
        ) from error
