"""Looks again and again, on a thread of its own, so that a page never waits for a query."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.complaints import Complaints
from alerts.errors import AlertsError
from alerts.selectors import Unmatched
from collector.clock import Clock
from collector.errors import CollectorError
from collector.querier import Querier
from dashboards.guardrail_alerts import GuardrailAlerts
from dashboards.looks import Counts, Look
from dashboards.readings import Readings, SloReading, TargetReading
from dashboards.specs import Specs

LOOK_SECONDS = 5.0
log = logging.getLogger(__name__)


class Watcher:
    """``readings`` is the latest look.

    targets: how the scraped targets are at a time. alerts: of the guardrails, how their alerts stand.
    oldest_counts_seconds: how old the counts of the longest windows may be.
    """

    def __init__(
        self,
        specs: Specs,
        querier: Querier,
        clock: Clock,
        *,
        targets: Callable[[float], Sequence[TargetReading]],
        alerts: Callable[[], GuardrailAlerts],
        oldest_counts_seconds: float,
    ) -> None:
        self._specs = specs
        self._querier = querier
        self._clock = clock
        self._targets = targets
        self._alerts = alerts
        self._counts = Counts(oldest_counts_seconds)
        self._complaints = Complaints()
        self._warned: set[tuple[str, Unmatched]] = set()
        self._latest = Readings(slos=tuple(SloReading(slo) for slo in specs.slos))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control-room", daemon=True)

    @property
    def readings(self) -> Readings:
        return self._latest

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def look(self, at: float) -> None:
        """Takes one look; when it fails, the last one stays, with the reason."""
        try:
            self._latest = self._looked(at)
        except (CollectorError, AlertsError) as error:
            if count := self._complaints.count(str(error), at):
                log.warning("the control room could not look: %s (%d times)", error, count)
            self._latest = replace(self._latest, failure=str(error))

    def _looked(self, at: float) -> Readings:
        look = Look(self._querier, at, self._specs.exclusions)
        slos = look.slos(self._specs.slos, self._specs.policies, self._counts)
        self._warn_of_unmatched(slos)
        return Readings(
            at=at,
            slos=slos,
            guardrails=look.guardrails(self._specs.guardrails, self._alerts()),
            targets=tuple(self._targets(at)),
            failure="; ".join(look.failures),
        )

    def _warn_of_unmatched(self, slos: Sequence[SloReading]) -> None:
        for reading in slos:
            if reading.unmatched is not None and (reading.slo.name, reading.unmatched) not in self._warned:
                self._warned.add((reading.slo.name, reading.unmatched))
                log.warning("objective %s counts no bad events: %s", reading.slo.name, reading.unmatched)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look(self._clock.now())
            self._stopping.wait(LOOK_SECONDS)
