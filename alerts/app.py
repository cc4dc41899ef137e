"""The incident half wired together: alerts in, routes, and the threads that deliver."""

import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from rich.console import Console

from alerts import api_slack, outbox
from alerts.actions import Actions
from alerts.api import Sources, own_router
from alerts.api_actions import ActionSources, actions_router
from alerts.api_v2 import Station, v2_router
from alerts.config import AlertsConfig
from alerts.deliver import Briefing, Courier
from alerts.desk import Desk
from alerts.errors import RequestError, StorageError
from alerts.group import Pace
from alerts.incidents import Dependencies
from alerts.notify.console import ConsoleNotifier
from alerts.notify.message import Notifier, Style
from alerts.notify.slack import SlackNotifier
from alerts.notify.webhook import WebhookNotifier
from alerts.outlook import Accounts
from alerts.pipeline import Pipeline
from alerts.readiness import WriteCheck
from alerts.receive import Alert, parse_alerts
from alerts.reminders import Reminders, times_of
from alerts.response import Response
from alerts.rounds import Round
from alerts.route import recipients
from alerts.storage import open_database
from alerts.unrecorded import Herald, untold_pages
from collector.clock import Clock

Provider = Callable[[], object]
log = logging.getLogger(__name__)


class Alerts:
    """Everything from an alert to a message.

    slos_provider, signals_provider: what ``/api/v1/slos`` and ``/api/v1/signals`` answer.
    depends_on: for each service, what it stands on.
    notifiers: in place of those that the configuration names.
    accounts: of budgets, as they were last taken.
    candidates: ids of the causes that reports know, which action items may name.
    """

    def __init__(
        self,
        config: AlertsConfig,
        data_dir: Path,
        *,
        clock: Clock,
        slos_provider: Provider,
        signals_provider: Provider,
        depends_on: Mapping[str, Collection[str]],
        notifiers: Sequence[Notifier] | None = None,
        accounts: Accounts = tuple,
        candidates: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._clock = clock
        self._resolve_timeout_seconds = config.timing.resolve_timeout
        chosen = build_notifiers(config) if notifiers is None else tuple(notifiers)
        names = recipients(chosen, shadow=config.shadow)
        self.database = open_database(data_dir, config.database or None)
        self._owns_database = not config.database  # a database elsewhere may have other workers
        dependencies = Dependencies(depends_on)
        desk = Desk(
            dependencies, names, config.timing.of_incidents, pace(config), config.language, config.zone
        )
        self.pipeline = Pipeline(self.database, desk)
        self.response = Response(self.database, desk)
        self.actions = Actions(self.database, desk)
        times = times_of(config.actions.due_soon, config.actions.remind_at)
        self._reminders = Reminders(self.database, desk, times, clock)
        briefing = Briefing(dependencies, config.language, config.timing.lookback, config.shadow, accounts)
        used = tuple(notifier for notifier in chosen if notifier.name in names)
        last = last_resort(config, names)
        self._couriers = self._hire(used, briefing, last, desk.pace.longest_wait_seconds)
        heard = used if last is None else (*used, last)
        self._heralds = tuple(Herald(notifier, config.language, shadow=config.shadow) for notifier in heard)
        self._write_check = WriteCheck(self.database, clock)
        self._rounds = self._threads()
        self._sources = Sources(
            self.database,
            self.response,
            dependencies,
            clock,
            slos_provider,
            signals_provider,
            acted=self._nudge,
        )
        self._station = Station(self.database, self._take, clock, names, version("fireline"), clock.now())
        self._presses = self._slack_desk(config)
        self._action_sources = ActionSources(self.actions, clock, self._nudge, candidates)

    def _hire(
        self, used: Sequence[Notifier], briefing: Briefing, last: Notifier | None, longest_seconds: float
    ) -> tuple[Courier, ...]:
        """One for each notifier; ``last`` is told of what none of them could deliver."""
        return tuple(
            Courier(
                self.database,
                notifier,
                briefing,
                self._clock,
                longest_wait_seconds=longest_seconds,
                last_resort=last,
            )
            for notifier in used
        )

    def _threads(self) -> tuple[Round, ...]:
        couriers = (Round(f"alerts-{courier.name}", courier.step, self._clock) for courier in self._couriers)
        heralds = (
            Round(f"alerts-unrecorded-{herald.name}", herald.step, self._clock) for herald in self._heralds
        )
        return (
            Round("alerts-tick", self._tick, self._clock),
            Round("alerts-write-check", self._write_check.step, self._clock),
            Round("alerts-reminders", self._reminders.step, self._clock),
            *couriers,
            *heralds,
        )

    @cached_property
    def router(self) -> APIRouter:
        """All routes; made where they are asked for, as to make them takes longer than all the rest."""
        router = APIRouter()
        router.include_router(own_router(self._sources))
        router.include_router(actions_router(self._action_sources))
        router.include_router(v2_router(self._station))
        router.include_router(api_slack.slack_router(self._presses))
        return router

    def _slack_desk(self, config: AlertsConfig) -> api_slack.Desk:
        secret = os.environ.get(config.slack.signing_secret_env, "")
        return api_slack.Desk(self.response, self._clock, secret, config.timing.silence)

    def send(self, alerts: Sequence[Mapping[str, Any]], at: float | None = None) -> None:
        """Takes alerts in Alertmanager's postable form; they are kept when it returns.

        Raises:
            RequestError: when some are malformed; the others are taken.
            StorageError: when they could not be kept; pages among them are told without a record.
        """
        problems = self._take(list(alerts), at, own=True)
        if problems:
            raise RequestError("; ".join(problems))

    def _take(self, body: object, at: float | None = None, *, own: bool = False) -> tuple[str, ...]:
        now = self._clock.now() if at is None else at
        alerts, problems = parse_alerts(body, now, self._resolve_timeout_seconds)
        if alerts:
            self._keep(alerts, now, own=own)
        return problems

    def _keep(self, alerts: Sequence[Alert], at: float, *, own: bool) -> None:
        try:
            self.pipeline.receive(alerts, at, own=own)
        except StorageError as error:
            self._write_check.failed(error)
            pages = untold_pages(self.database, alerts, at)
            for herald in self._heralds:
                herald.offer(pages, str(error), at)
                herald.heard(alerts, at, recorded=False)
            raise
        else:
            for herald in self._heralds:
                herald.heard(alerts, at, recorded=True)
        finally:
            self._nudge()

    def unready(self) -> str:
        """Why incidents cannot be written now, in one line; empty when they can."""
        return self._write_check.problem

    def _tick(self) -> bool:
        at = self._clock.now()
        for herald in self._heralds:
            herald.tick(at)
        self.pipeline.tick(at)
        return False

    def step(self) -> None:
        """One round of everything on the caller's thread: ends what is over, sends what is due."""
        self._tick()
        self._reminders.step()
        for courier in self._couriers:
            while courier.step():
                continue
        for herald in self._heralds:
            herald.step()

    def _nudge(self) -> None:
        for each in self._rounds:
            each.nudge()

    def start(self) -> None:
        """Starts the threads; the data folder is ours alone by then."""
        if self._owns_database:
            self._release()
        for each in self._rounds:
            each.start()

    def _release(self) -> None:
        """Who claimed a message before us was killed: the message need not wait until the claim runs out."""
        try:
            self.database.change(outbox.release)
        except StorageError as error:
            log.warning("messages that were being sent when Fireline died wait until their time: %s", error)

    def stop(self) -> None:
        """Ends the threads after what they are at, and closes the database."""
        for each in self._rounds:
            each.stop()
        self.database.close()


def pace(config: AlertsConfig) -> Pace:
    """How messages are paced."""
    timing = config.timing
    return Pace(timing.ticket_wait, timing.update_every, timing.give_up_after)


def build_notifiers(config: AlertsConfig, environ: Mapping[str, str] = os.environ) -> tuple[Notifier, ...]:
    """The notifiers that the configuration names.

    In shadow the console is among them; it also stands in for Slack as long as there is no token.
    """
    style = _style(config)
    made: dict[str, Notifier] = {}
    if config.shadow or "console" in config.notify:
        made["console"] = ConsoleNotifier(Console(), style)
    if "slack" in config.notify:
        token = environ.get(config.slack.token_env, "")
        if not token:
            log.warning("alerts.slack: %s is not set, messages go to the console", config.slack.token_env)
        slack = _slack(config, token, style) if token else ConsoleNotifier(Console(), style)
        made.setdefault(slack.name, slack)
    if "webhook" in config.notify:
        made["webhook"] = WebhookNotifier(config.webhook.url, config.webhook.receiver, style)
    return tuple(made.values())


def last_resort(config: AlertsConfig, names: Collection[str]) -> Notifier | None:
    """The console, for pages that no channel takes; None when it is among the channels."""
    return None if "console" in names else ConsoleNotifier(Console(), _style(config))


def _style(config: AlertsConfig) -> Style:
    return Style(config.language, config.zone, config.base_url)


def _slack(config: AlertsConfig, token: str, style: Style) -> Notifier:
    slack = config.slack
    return SlackNotifier(token, slack.channel, style, mention=slack.mention, base_url=slack.base_url)
