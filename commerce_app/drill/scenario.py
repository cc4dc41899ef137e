"""A drill as data: load, faults and runbook steps, each at real seconds or on a real trigger."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)

from commerce_app.drill.errors import ScenarioError
from commerce_app.drill.expectations import Expectations
from commerce_app.drill.offer import Load, Stage
from commerce_app.drill.part import Name, Part, Seconds, SwitchName, Text
from commerce_app.faults.fault import Fault
from commerce_app.faults.registry import parse_fault
from commerce_app.yaml_file import YamlFileError, first_mistake, read_yaml, told

SCENARIOS = Path(__file__).parent / "scenarios"
NORMAL = Path(__file__).parent / "normal.yml"
UNPROTECTED, PROTECTED = "unprotected", "protected"
# In what the acts of a drill of the suite may.
MAY_DIFFER = {"title", "switches", "prewarm"}


# Of the shop, and not of which databases it has or who may flip its switches.
Setting = Annotated[str, Field(pattern=r"^SHOP_[A-Z0-9_]+$")]
AnyFault = Annotated[SerializeAsAny[Fault], BeforeValidator(parse_fault)]


class Step(Part):
    """Something that happens at ``at_seconds`` of the act: an announcement, a fault.

    for_seconds: when the fault heals by itself; None: at the act's ``heal_seconds``, or at its end.
    switches: how the shop is set at that moment: the state before an incident, not an answer to it.
    """

    name: Name
    at_seconds: Seconds
    text: Text
    fault: AnyFault | None = None
    for_seconds: Annotated[float, Field(gt=0)] | None = None
    switches: Mapping[SwitchName, bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_heal(self) -> Self:
        if self.for_seconds is not None and (self.fault is None or self.fault.is_instant):
            raise ValueError(f"for_seconds: expected with a fault that lasts, in the step {self.name}")
        return self

    @property
    def heals_at_seconds(self) -> float | None:
        """When its fault heals by itself."""
        return None if self.for_seconds is None else self.at_seconds + self.for_seconds


class Background(Part):
    """A fault that is there from before the first customer to the end, in every act: a service time, say."""

    name: Name
    fault: AnyFault

    def spell(self) -> str:
        """In one line, as its YAML says it."""
        content = self.fault.model_dump(exclude_unset=True)
        return f"{self.name} {yaml.safe_dump(content, default_flow_style=True, width=1000).strip()}"

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.fault.is_instant:
            raise ValueError(f"fault: expected one that lasts, got {self.fault.type}")
        return self


class RunbookStep(Part):
    """Switches that the runbook flips ``after_seconds`` after its trigger."""

    name: Name
    after_seconds: Seconds
    text: Text
    switches: Mapping[SwitchName, bool]
    prewarm: bool = False


class Act(Part):
    """How one run differs: what the runbook acts on, what is on from the start.

    stages: in place of the scenario's. heal_seconds: when every fault ends; None: at the act's end.
    """

    title: Text
    trigger: Literal["alarm", "page", "none"] = "none"
    switches: tuple[SwitchName, ...] = ()
    prewarm: bool = False
    shadow: bool = False
    stages: tuple[Stage, ...] | None = None
    heal_seconds: Seconds | None = None
    end_seconds: Seconds | None = None


class Shop(Part):
    """What the shop is started with: rows to seed, its settings as environment variables, its replica's size.

    products_per_category: how many a page's extras are found among, which the replica pays for.
    replica_cores: how much of a core of the reference speed it may use (``stack/allowance.py``); None: one.
    """

    products: int = Field(gt=0, le=1_000_000)
    products_per_category: int = Field(100, gt=0, le=10_000)
    users: int = Field(gt=0, le=1_000_000)
    coupons: int = Field(gt=0, le=10_000)
    environment: Mapping[Setting, str] = Field(default_factory=dict)
    replica_cores: float | None = Field(None, gt=0, le=1)


class Measuring(Part):
    """``window_seconds``: of the rates that are reported; ``settle_seconds``: left out at an act's start."""

    scrape_seconds: Annotated[float, Field(gt=0)]
    window_seconds: Annotated[float, Field(gt=0)]
    settle_seconds: Seconds
    after_seconds: Seconds


class NormalTraffic(Part):
    """One kind of request on a day like any other; latencies are log-normal."""

    method: str
    route: str
    status: int
    error_type: str = ""
    per_second: float = Field(gt=0)
    median_seconds: float = Field(gt=0)
    p95_seconds: float = Field(gt=0)


class Scenario(Part):
    """``alarm``: the threshold rule that stands for the document's late alarm; it waits ``alarm_for``.

    What a file leaves out is as in ``normal.yml``. With ``expects`` it is a drill of the suite: it has an
    unprotected and a protected act, and something to be judged by.
    """

    name: Name
    title: Text
    description: Text
    shop: Shop
    load: Load
    background: tuple[Background, ...] = ()
    steps: tuple[Step, ...]
    alarm: str
    alarm_for: str
    runbook: tuple[RunbookStep, ...] = ()
    acts: Mapping[Name, Act] = Field(min_length=1)
    expects: Expectations | None = None
    recovery_seconds: Seconds
    limit_seconds: Annotated[float, Field(gt=0, le=300)]
    measuring: Measuring
    history: tuple[NormalTraffic, ...] = Field(min_length=1)

    @property
    def fault_step(self) -> Step:
        """The first step with a fault: the incident's true onset."""
        return next(step for step in self.steps if step.fault)

    @property
    def proxied(self) -> tuple[str, ...]:
        """The servers that need a proxy before them, in every act alike; the others have none."""
        begun = [step.fault for step in self.steps if step.fault]
        faults = [*(each.fault for each in self.background), *begun]
        return tuple(sorted({server for fault in faults for server in fault.proxied}))

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        steps = [*(step.name for step in self.steps), *(step.name for step in self.runbook)]
        names = [*(each.name for each in self.background), *steps]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"steps: expected names that differ, got {min(twice)} twice")
        return self

    @model_validator(mode="after")
    def _happens_in_time(self) -> Self:
        for name, act in self.acts.items():
            if act.end_seconds is not None and act.end_seconds > self.limit_seconds:
                raise ValueError(f"acts.{name}.end_seconds: expected at most {self.limit_seconds:g}")
        end = max(act.end_seconds or self.limit_seconds for act in self.acts.values())
        if late := [step for step in self.steps if step.at_seconds >= end]:
            raise ValueError(f"steps: expected before the last act's end at {end:g} s, got {late[0].name}")
        return self

    @model_validator(mode="after")
    def _has_a_fault(self) -> Self:
        if not any(step.fault for step in self.steps):
            raise ValueError("steps: expected at least one step with a fault")
        return self

    @model_validator(mode="after")
    def _is_judged_whole(self) -> Self:
        if self.expects is None:
            return self
        if missing := {UNPROTECTED, PROTECTED} - set(self.acts):
            raise ValueError(f"acts: expected {' and '.join(sorted(missing))}, for there is `expects`")
        hurt, held = (self.acts[name].model_dump(exclude=MAY_DIFFER) for name in (UNPROTECTED, PROTECTED))
        if others := sorted(key for key in hurt if hurt[key] != held[key]):
            raise ValueError(
                f"acts: expected {UNPROTECTED} and {PROTECTED} to differ in switches and prewarm alone, "
                f"got another {others[0]}"
            )
        if self.expects.cause not in {step.name for step in self.steps if step.fault}:
            raise ValueError(
                f"expects.cause: expected the name of a step with a fault, got {self.expects.cause}"
            )
        return self


def scenario_names() -> list[str]:
    """Names of the scenarios that come with the shop."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yml"))


def load_scenario(name: str) -> Scenario:
    """A scenario by its name, or from a file of one's own.

    Raises:
        ScenarioError: naming file, key and what was expected.
    """
    path = Path(name) if name.endswith((".yml", ".yaml")) else SCENARIOS / f"{name}.yml"
    content = _read(path, name)
    try:
        return Scenario.model_validate(_filled(content) if isinstance(content, dict) else content)
    except ValidationError as error:
        problem = first_mistake(error)
        key = told(".".join(str(part) for part in problem["loc"])) or "(whole file)"
        message = told(problem["msg"].removeprefix("Value error, "))
        raise ScenarioError(f"{told(path.name)}: {key}: {message}") from error


def _read(path: Path, name: str) -> object:
    try:
        return read_yaml(path)
    except FileNotFoundError as error:
        expected = f"expected one of {', '.join(scenario_names())}, or a YAML file"
        raise ScenarioError(f"{told(name)}: {expected}") from error
    except YamlFileError as error:
        raise ScenarioError(f"{told(path.name)}: {error}") from error


def _filled(content: dict[str, Any]) -> dict[str, Any]:
    """With what it leaves out, of its shop too, as on a normal day."""
    normal: dict[str, Any] = yaml.safe_load(NORMAL.read_text(encoding="utf-8"))
    return {**normal, **content, "shop": _over(normal["shop"], content.get("shop", {}))}


def _over(normal: Any, given: Any) -> Any:  # noqa: ANN401  what YAML holds is judged afterwards
    """Mappings key by key; anything else takes the place of what is normal."""
    if not (isinstance(normal, dict) and isinstance(given, dict)):
        return given
    return {**normal, **{key: _over(normal.get(key), value) for key, value in given.items()}}
