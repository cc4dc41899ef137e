"""Lives through one act: load, faults and runbook at their times, and a record of what came of it."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from commerce_app.drill.controls import DRILL
from commerce_app.drill.customers import LoadSummary, RunningLoad
from commerce_app.drill.display import Display
from commerce_app.drill.errors import CommandError
from commerce_app.drill.fireline_api import Json
from commerce_app.drill.injections import Injections, healed_text
from commerce_app.drill.measure import SloResult, machine, read_series, slo_results
from commerce_app.drill.onsets import Moments, Points
from commerce_app.drill.part import Text
from commerce_app.drill.plant import Plant
from commerce_app.drill.runbook import RECOVERED, Due, Seen, due
from commerce_app.drill.scenario import Act, RunbookStep, Scenario, Step
from commerce_app.drill.series import SERIES

TICK_SECONDS = 0.5
OBSERVE_SECONDS = 1.0
SHOW_SECONDS = 2.5
UNHEALED = "a fault did not heal"
PREWARM_ATTEMPTS = 5
PREWARM_PAUSE_SECONDS = 2.0
HISTORY_NOTE = Text(
    en='Older samples with origin="synthetic_history" were written by the drill: normal days, made up',
    ko='이전 표본 중 origin="synthetic_history"는 훈련이 만들어 넣은 정상 상태의 가상 이력입니다',
)


@dataclass(frozen=True)
class ActRecord:
    """What was measured in an act. Times are Unix seconds; None: did not happen.

    opening: what was in the shop's books at its begin, counted. unhealed: faults that could not be undone, in
    words; such an act ended there.
    """

    act: str
    started_at: float
    ended_at: float
    ended: str
    steps: Mapping[str, float]
    fault_at: float
    alarm_at: float | None
    page_at: float | None
    incident: str | None
    load: LoadSummary
    series: Mapping[str, Points]
    slos: tuple[SloResult, ...]
    machine: Mapping[str, float | None]
    moments: Moments
    opening: Mapping[str, int]
    unhealed: tuple[str, ...] = ()

    @property
    def page_seconds(self) -> float | None:
        """From the fault to the page in the notifier's hands."""
        return None if self.page_at is None else self.page_at - self.fault_at

    @property
    def alarm_seconds(self) -> float | None:
        """From the fault to the late alarm."""
        return None if self.alarm_at is None else self.alarm_at - self.fault_at


class ActRun:
    """One run of an act on a plant that stands; ``now`` gives Unix seconds, ``pause`` waits for seconds."""

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        plant: Plant,
        display: Display,
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._scenario = scenario
        self._name = name
        self._act: Act = scenario.acts[name]
        self._plant = plant
        self._display = display
        self._now = now
        self._pause = pause
        self._steps: dict[str, float] = {}
        self._alarm_at: float | None = None
        self._page_at: float | None = None
        self._looked_at = self._shown_at = 0.0
        self._injections = Injections(plant.faults, self._post, now)

    def run(self) -> ActRecord:
        """Takes minutes of real time."""
        self._tell_history()
        load = self._begin_load()
        started_at = self._now()
        ended = self._live(started_at)
        incident = main_incident(self._plant.fireline.incidents())
        if incident is not None and ended == RECOVERED:
            self._plant.fireline.resolve(incident, author="runbook")
        summary = self._plant.stop_load(load)
        self._injections.heal_rest()
        for problem in self._injections.unhealed:
            self._display.say(problem)
        return self._record(started_at, ended, summary, incident)

    def _begin_load(self) -> RunningLoad:
        load = self._plant.start_load()
        self._display.say("customers begin to come")
        load.wait_for_begin()
        return load

    def _live(self, started_at: float) -> str:
        while True:
            at = self._now()
            seconds = at - started_at
            self._plant.require_running()
            self._look(at)
            done, in_force = frozenset(self._steps), self._injections.in_force
            seen = self._seen(started_at)
            now_due = due(self._scenario, self._act, seen, done, seconds, in_force=in_force)
            self._take(now_due, at)
            ended = UNHEALED if self._injections.unhealed else now_due.ended
            if ended is not None:
                return ended
            if at - self._shown_at >= SHOW_SECONDS:
                self._shown_at = at
                self._display.tick(seconds, self._figures())
            self._pause(TICK_SECONDS)

    def _look(self, at: float) -> None:
        if at - self._looked_at < OBSERVE_SECONDS:
            return
        self._looked_at = at
        api = self._plant.fireline
        if self._alarm_at is None and api.is_firing(self._scenario.alarm):
            self._alarm_at = at
            self._display.say(f"the threshold alarm {self._scenario.alarm} fires")
        if self._page_at is None and (handed := handed_over_at(api.incidents())) is not None:
            self._page_at = handed
            self._display.say("Fireline's page is in the notifier's hands" + self._shadow())

    def _shadow(self) -> str:
        return " (shadow: nobody acts on it)" if self._act.shadow else ""

    def _seen(self, started_at: float) -> Seen:
        def since(at: float | None) -> float | None:
            return None if at is None else at - started_at

        return Seen(alarm_seconds=since(self._alarm_at), page_seconds=since(self._page_at))

    def _take(self, now_due: Due, at: float) -> None:
        for step in now_due.heals:
            self._heal(step)
        for step in now_due.steps:
            self._steps[step.name] = at
            self._take_step(step, at)
        for mitigation in now_due.runbook:
            self._steps[mitigation.name] = at
            self._mitigate(mitigation, at)

    def _take_step(self, step: Step, at: float) -> None:
        self._display.say(step.text.en)
        if step.switches:
            self._plant.controls.switch(step.switches, step.name, DRILL)
        if step.fault is None:
            self._post("note", step.text, at, service="product", attributes={"step": step.name})
            return
        self._injections.begin(step, step.fault, at)

    def _heal(self, step: Step) -> None:
        assert step.fault is not None, "a step without a fault"
        self._display.say(healed_text(step).en)
        self._injections.heal(step, step.fault)

    def _mitigate(self, step: RunbookStep, at: float) -> None:
        self._display.say(step.text.en)
        attributes = {"step": step.name}
        self._post("mitigation", step.text, at, service="product", author="runbook", attributes=attributes)
        self._plant.controls.switch(step.switches, step.name)
        if step.prewarm:
            # It takes seconds while Redis is slow; a daemon, so that Ctrl-C does not wait for it.
            threading.Thread(target=self._prewarm, args=(step.name,), daemon=True).start()

    def _prewarm(self, reason: str) -> None:
        """A shop under load may turn the batch away: like an operator, try again, and say so."""
        for attempt in range(PREWARM_ATTEMPTS):
            try:
                self._plant.controls.prewarm(reason)
            except CommandError as error:
                self._display.say(f"pre-warming: {error}")
                if attempt + 1 < PREWARM_ATTEMPTS:
                    self._pause(PREWARM_PAUSE_SECONDS)
            else:
                return

    def _tell_history(self) -> None:
        origin = {"origin": "synthetic_history"}
        self._post("note", HISTORY_NOTE, self._now(), service=None, attributes=origin)

    def _post(
        self,
        kind: str,
        text: Text,
        at: float,
        *,
        service: str | None,
        author: str = "drill",
        attributes: Mapping[str, str],
    ) -> None:
        self._plant.fireline.post_event(
            kind=kind,
            text=getattr(text, self._plant.language),
            at=at,
            service=service,
            author=author,
            source="drill",
            attributes={**attributes, **text.attributes()},
        )

    def _figures(self) -> dict[str, float | None]:
        window = self._scenario.measuring.window_seconds
        return {each.name: self._plant.fireline.value(each.over(window)) for each in SERIES}

    def _record(self, started_at: float, ended: str, load: LoadSummary, incident: str | None) -> ActRecord:
        api, ended_at = self._plant.fireline, self._now()
        moments = act_moments(self._scenario, started_at, ended_at, self._steps, self._injections.healed_at)
        return ActRecord(
            act=self._name,
            started_at=started_at,
            ended_at=ended_at,
            ended=ended,
            steps=dict(self._steps),
            fault_at=moments.fault_at,
            alarm_at=self._alarm_at,
            page_at=self._page_at,
            incident=incident,
            load=load,
            series=read_series(api, started_at, ended_at, self._scenario.measuring),
            slos=tuple(slo_results(api, max(1.0, ended_at - moments.normal_start))),
            machine=machine(api, started_at, ended_at),
            moments=moments,
            opening=self._plant.opening,
            unhealed=tuple(self._injections.unhealed),
        )


def main_incident(incidents: list[Json]) -> str | None:
    """The one that paged first; else the first there was."""
    ranked = sorted(
        incidents, key=lambda each: (each["paged_at"] is None, each["paged_at"] or each["detected_at"])
    )
    return str(ranked[0]["id"]) if ranked else None


def handed_over_at(incidents: list[Json]) -> float | None:
    """When the first page was in a notifier's hands."""
    sent = [
        float(delivery["sent_at"])
        for incident in incidents
        for delivery in incident["deliveries"]
        if delivery["occasion"] == "page" and delivery["sent_at"] is not None
    ]
    return min(sent, default=None)


def act_moments(
    scenario: Scenario,
    started_at: float,
    ended_at: float,
    steps: Mapping[str, float],
    healed_at: float | None = None,
) -> Moments:
    """Where before, peak and after lie in an act that ended."""
    measuring = scenario.measuring
    fault_at = steps.get(scenario.fault_step.name, ended_at)
    relief = [steps[step.name] for step in scenario.runbook if step.name in steps]
    hurt_end = min([*relief, *([] if healed_at is None else [healed_at])], default=ended_at)
    banner = min((at for at in steps.values()), default=ended_at)
    return Moments(
        normal_start=started_at + measuring.settle_seconds,
        normal_end=banner,
        fault_at=fault_at,
        hurt_end=hurt_end,
        after_start=ended_at - measuring.after_seconds,
        end=ended_at,
    )
