"""Every drill unprotected and protected, one after another: does each hurt, hold and keep the books?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from commerce_app.drill.act import ActRecord
from commerce_app.drill.demo import AfterAct
from commerce_app.drill.document import TIED_SCRAPES
from commerce_app.drill.errors import CommandError, ScenarioError
from commerce_app.drill.expectations import Expectations
from commerce_app.drill.judge import Finding, Ledger, begun_alike, judge_act
from commerce_app.drill.measure import machine_doubt
from commerce_app.drill.plant import Plant
from commerce_app.drill.recording import Recorder
from commerce_app.drill.scenario import PROTECTED, UNPROTECTED, Scenario, load_scenario

ACTS = (UNPROTECTED, PROTECTED)
Json = dict[str, Any]


class Runs(Protocol):
    """A drill that was entered: it runs acts."""

    def run(self, name: str, after: AfterAct | None = None) -> ActRecord: ...


Enter = Callable[[Scenario], AbstractContextManager[Runs]]


@dataclass(frozen=True)
class Judged:
    """One act and what came of everything that was said of it. doubt: why it may say nothing of the shop."""

    act: str
    findings: tuple[Finding, ...]
    doubt: str = ""

    @property
    def agrees(self) -> bool:
        return bool(self.findings) and all(finding.agrees for finding in self.findings)

    @property
    def wrong(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.agrees)


@dataclass(frozen=True)
class DrillResult:
    """A line of the suite's table. ``offered_rps``: the most requests a second of its protected act."""

    name: str
    cause: str
    acts: tuple[Judged, ...]
    offered_rps: float | None = None

    @property
    def passed(self) -> bool:
        return [each.act for each in self.acts] == list(ACTS) and all(each.agrees for each in self.acts)

    def json(self, ended_at: datetime) -> Json:
        """As ``fireline drill all --json`` prints it, and ``drills.json`` keeps it."""
        acts = {
            judged.act: {
                "agrees": judged.agrees,
                "findings": [asdict(each) for each in judged.findings],
                "doubt": judged.doubt,
            }
            for judged in self.acts
        }
        return {
            "drill": self.name,
            "cause": self.cause,
            "passed": self.passed,
            "ended_at": ended_at.isoformat(),
            "offered_rps": self.offered_rps,
            "acts": acts,
        }


def judged_scenario(name: str) -> tuple[Scenario, Expectations]:
    """A scenario that can be judged.

    Raises:
        ScenarioError: where it says nothing of what it comes to.
    """
    scenario = load_scenario(name)
    if scenario.expects is None:
        raise ScenarioError(f"{name}: expects: expected what its acts come to, got nothing")
    return scenario, scenario.expects


def peak_rps(scenario: Scenario) -> float:
    """The most requests a second that its protected act offers."""
    return max(stage.rps for stage in scenario.acts[PROTECTED].stages or scenario.load.stages)


def run_suite(
    scenarios: Iterable[tuple[Scenario, Expectations]], enter: Enter, recorder: Recorder
) -> Iterator[DrillResult]:
    """Live through each scenario, minutes of real time each, and judge it as it ends."""
    for scenario, expects in scenarios:
        with enter(scenario) as drill:
            lived = {name: _live(drill, scenario, expects, name, recorder) for name in ACTS}
        tie_seconds = TIED_SCRAPES * scenario.measuring.scrape_seconds
        yield DrillResult(
            scenario.name, expects.cause, _judged(expects, lived, tie_seconds), peak_rps(scenario)
        )


def _judged(
    expects: Expectations, lived: Mapping[str, tuple[ActRecord, Ledger]], tie_seconds: float
) -> tuple[Judged, ...]:
    hurt, held = (lived[name] for name in ACTS)
    alike = begun_alike(hurt[0], held[0])
    unprotected = judge_act(expects.unprotected, *hurt, tie_seconds=tie_seconds)
    protected = (*judge_act(expects.protected, *held, tie_seconds=tie_seconds), alike)
    return (
        Judged(UNPROTECTED, unprotected, machine_doubt(hurt[0].machine)),
        Judged(PROTECTED, protected, machine_doubt(held[0].machine)),
    )


def _live(
    drill: Runs, scenario: Scenario, expects: Expectations, name: str, recorder: Recorder
) -> tuple[ActRecord, Ledger]:
    ledgers: list[Ledger] = []

    def close(plant: Plant, record: ActRecord) -> None:
        ledgers.append(_count(plant, record))
        recorder.record(plant, record, scenario, expects.cause)

    record = drill.run(name, close)
    return record, ledgers[0]


def _count(plant: Plant, record: ActRecord) -> Ledger:
    try:
        return Ledger(plant.verify())
    except CommandError as error:
        # What did not heal may well be what has the books.
        if not record.unhealed:
            raise
        return Ledger({}, str(error))
