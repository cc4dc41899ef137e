"""The running collector: scrapes, keeps, evaluates, sends; wired from a configuration."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from collector.clock import Clock, SystemClock
from collector.config import CollectorConfig
from collector.embedded import EmbeddedQuerier
from collector.errors import CollectorError, ConfigError, StoreError
from collector.ingest import Ingester
from collector.options import DEFAULTS, Options
from collector.own_alerts import EVALUATING, OWN_CHECK_SECONDS, STORING, OwnAlertState, unevaluated
from collector.pool import ScrapePool, made_clients
from collector.promql.guard import QuerySize
from collector.promql.likeness import ExpressionCheck
from collector.querier import Querier
from collector.query_threads import QueryThreads
from collector.remotewrite.receiver import Receiver
from collector.rules.appenders import NowhereAppender, StoreAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import RuleGroup, load_rule_files
from collector.rules.slices import Slice, slices_of
from collector.scheduler import Scheduler, slot_of
from collector.sinks import (
    AlertDispatcher,
    AlertSink,
    HttpAlertSink,
    Outgoing,
    PostableAlert,
    alertmanager_urls,
    take_due,
)
from collector.store.batches import Batch
from collector.store.durable import SampleStore
from collector.targets import discover

logger = logging.getLogger(__name__)

_RETENTION_CHECK_SECONDS = 600.0
_ALERTS_AT_ONCE = 64


class Collector:
    """Scrapes and evaluates on threads of its own from ``start`` to ``stop``.

    unready: why whoever shares the process cannot work now, in one line; empty when they can.
    read_config: reads the configuration anew, for SIGHUP and ``POST /-/reload``.
    querier: another engine to ask (remote mode); jobs are still scraped and kept, rules and API go there.
    extra_rule_groups: evaluated beside those of ``rule_files``.

    Raises:
        ConfigError: for rule files, secrets or certificates that cannot be used; nothing is opened then.
        StoreError: for a data folder or a database that cannot be used.
    """

    def __init__(
        self,
        config: CollectorConfig,
        data_dir: Path,
        *,
        clock: Clock | None = None,
        sinks: Sequence[AlertSink] = (),
        querier: Querier | None = None,
        extra_rule_groups: Sequence[RuleGroup] = (),
        external_url: str = "",
        read_config: Callable[[], CollectorConfig] | None = None,
        unready: Callable[[], str] = str,
        options: Options = DEFAULTS,
    ) -> None:
        self.clock = clock or SystemClock()
        self.config = config
        self.external_url = external_url
        self.started_at = self.clock.now()
        self.is_remote = querier is not None
        self.options = options
        self._extra_rule_groups = tuple(extra_rule_groups)
        groups = self._load_groups(config)
        self._own_sinks = tuple(sinks)
        self.dispatchers = self._dispatchers(config)
        clients = made_clients(config.scrape_configs)
        self.store = SampleStore(data_dir, config.database, out_of_order_seconds=config.out_of_order_seconds)
        self.querier: Querier = querier or EmbeddedQuerier(
            self.store, options.limits, experimental=options.experimental
        )
        self.ingester = Ingester(self.store)
        self.receiver = Receiver(
            self.store,
            self.clock,
            window_seconds=config.out_of_order_seconds,
            keep_seconds=lambda: self.config.retention_seconds,
        )
        self.scheduler = Scheduler()
        self.pool = ScrapePool(self.store, self.ingester, self.scheduler, self.clock, clients)
        self.queries = QueryThreads(options.queries_at_once)
        self.engine = self._engine(groups, config)
        self._storing, self._evaluating = OwnAlertState(STORING), OwnAlertState(EVALUATING)
        self.is_ready = False
        self.unready = unready
        self.configured_at = self.started_at
        self.reload_error = ""
        self._read_config = read_config
        self._reloading = threading.Lock()

    def start(self) -> None:
        """Starts every thread; scrapes and evaluations follow at their times."""
        self.ingester.start()
        self.scheduler.start()
        for dispatcher in self.dispatchers:
            dispatcher.start()
        jobs = self.config.scrape_configs
        self.scheduler.call(self.pool.apply(jobs, self.pool.prepare(jobs)))
        self._schedule_rules()
        self.scheduler.every_in_thread("retention", _RETENTION_CHECK_SECONDS, 0.0, self._drop_old)
        self.scheduler.every("own", OWN_CHECK_SECONDS, 0.0, self._tell_of_itself)
        self.is_ready = True

    def stop(self) -> None:
        """Ends cleanly: what is under way is finished, due alerts are sent. Also ends what never started."""
        self.is_ready = False
        self.scheduler.stop(self.pool.close)
        for dispatcher in self.dispatchers:
            dispatcher.stop()
        self.queries.stop()
        self.ingester.stop()
        self.store.close()

    def reload(self, config: CollectorConfig) -> None:
        """Puts a new configuration in force without losing a sample of what stays.

        Raises:
            ConfigError: for rule files, secrets or certificates that cannot be used, or another database; all
                stays as it was.
        """
        if config.database != self.config.database:
            raise ConfigError("storage.database: expected the database of the start: another needs a restart")
        groups = self._load_groups(config)
        if self.config.scrape_configs and not config.scrape_configs:
            targets = len(self.pool.scrapers)
            logger.warning(
                "the new configuration has no scrape_configs: %d targets are no longer scraped", targets
            )
        if self.config.query != config.query:
            logger.warning("query: what changed there is in force after a restart")
        clients = self.pool.prepare(config.scrape_configs)
        for job in config.scrape_configs:  # what breaks there must break before anything is put in force
            with suppress(ConfigError):  # the pool tells it, and keeps the job's targets
                discover(job)
        dispatchers = self._dispatchers(config)
        engine = self._engine(groups, config)
        engine.inherit(self.engine)
        for each in slices_of(self.engine.groups):
            self.scheduler.remove(_rules_job(each))
        self.engine, self.config, self.configured_at = engine, config, self.clock.now()
        self._schedule_rules()
        self.scheduler.call(self.pool.apply(config.scrape_configs, clients))
        self._replace_dispatchers(dispatchers)

    def reload_from_file(self) -> None:
        """Reads the configuration again and puts it in force.

        Raises:
            ConfigError: for one that cannot be used, for whatever reason; the old one stays in force.
        """
        with self._reloading:
            try:
                self.reload(self._read_config() if self._read_config else self.config)
            except Exception as error:
                self.reload_error = _refusal(error)
                raise ConfigError(self.reload_error) from error
            self.reload_error = ""

    @property
    def receives_remote_write(self) -> bool:
        """Samples that another engine has are not written here."""
        return self.options.receives_remote_write and not self.is_remote

    def _load_groups(self, config: CollectorConfig) -> tuple[RuleGroup, ...]:
        loaded = load_rule_files(
            config.rule_files,
            default_interval_seconds=config.evaluation_interval_seconds,
            check=ExpressionCheck(QuerySize(), experimental=self.options.experimental),
        )
        return (*loaded, *self._extra_rule_groups)

    def _engine(self, groups: Sequence[RuleGroup], config: CollectorConfig) -> RuleEngine:
        appender = NowhereAppender() if self.is_remote else StoreAppender(self.ingester, self.store)
        return RuleEngine(
            groups,
            self.querier,
            appender,
            external_labels=config.external_labels,
            external_url=self.external_url,
            restoring=True,
            is_blind=lambda: bool(self.ingester.storing.reason) and not self.is_remote,
        )

    def _dispatchers(self, config: CollectorConfig) -> list[AlertDispatcher]:
        over_http = [
            HttpAlertSink(url, group.http, timeout_seconds=group.timeout_seconds)
            for group in config.alertmanagers
            for url in alertmanager_urls(group.targets, group.scheme, group.path_prefix)
        ]
        own = [AlertDispatcher(sink) for sink in self._own_sinks]
        return own + [AlertDispatcher(sink, sink.close) for sink in over_http]

    def _replace_dispatchers(self, dispatchers: list[AlertDispatcher]) -> None:
        former, self.dispatchers = self.dispatchers, dispatchers
        for dispatcher in self.dispatchers:
            dispatcher.start()
        for dispatcher in former:
            dispatcher.stop()

    def _schedule_rules(self) -> None:
        for each in slices_of(self.engine.groups):
            job = partial(self._evaluate, each)
            self.scheduler.every_in_thread(_rules_job(each), each.interval_seconds, each.offset_seconds, job)

    def _evaluate(self, each: Slice) -> None:
        at = slot_of(self.clock.now(), each.interval_seconds, each.offset_seconds)
        engine, outgoing = self.engine, self._outgoing(self.config)
        groups = [group for group in each.groups if engine.has(group)]  # a reload may have come between
        for evaluation in engine.evaluate_many(groups, at, each.name):
            for rule, reason in evaluation.failures.items():
                logger.warning("rule group %s: rule %s failed: %s", evaluation.group, rule, reason)
        due: list[PostableAlert] = []
        for group in groups:
            due += take_due(engine.status(group), at, outgoing)
            if len(due) >= _ALERTS_AT_ONCE:
                self._offer(due)
                due = []
        self._offer(due)

    async def _tell_of_itself(self) -> None:
        at, outgoing = self.clock.now(), self._outgoing(self.config)
        self._offer(self._storing.due(self.ingester.storing.reason, at, outgoing))
        self._offer(self._evaluating.due(self.unevaluated(), at, outgoing))

    def unevaluated(self) -> str:
        """Why no rule says anything; empty while rules are evaluated."""
        return unevaluated(self.engine.statuses, self.configured_at, self.clock.now())

    def _outgoing(self, config: CollectorConfig) -> Outgoing:
        return Outgoing(config.external_labels, config.alert_relabel, self.external_url)

    def _offer(self, due: Sequence[PostableAlert]) -> None:
        for dispatcher in self.dispatchers:
            dispatcher.offer(due)

    def _drop_old(self) -> None:
        keep_seconds, keep_bytes = self.config.retention_seconds, self.config.retention_bytes
        before_ms = round((self.clock.now() - keep_seconds) * 1000)

        def prepare() -> tuple[Batch, int]:
            by_age = self.store.drop_before(before_ms) if keep_seconds else 0
            return Batch(), by_age + (self.store.drop_to_size(keep_bytes) if keep_bytes else 0)

        try:
            self.ingester.submit(prepare).result()
        except StoreError as error:
            logger.warning("old samples could not be dropped: %s", error)


def _refusal(error: Exception) -> str:
    """One line; of a bug, which goes to the log, only its kind, as its text may hold a secret."""
    if isinstance(error, CollectorError | OSError):
        return " ".join(str(error).split())
    logger.error("reading the configuration again failed", exc_info=error)
    return f"an unexpected {type(error).__name__}: the log tells more"


def _rules_job(each: Slice) -> str:
    return f"rules\n{each.name}"
