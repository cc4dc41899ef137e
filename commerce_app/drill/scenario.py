"""A drill as data: load, faults and runbook steps, each at real seconds or on a real trigger."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)

from commerce_app.drill.errors import ScenarioError
from commerce_app.drill.expectations import Expectations
from commerce_app.faults.fault import Fault
from commerce_app.faults.registry import parse_fault

SCENARIOS = Path(__file__).parent / "scenarios"
NORMAL = Path(__file__).parent / "normal.yml"
UNPROTECTED, PROTECTED = "unprotected", "protected"
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Part):
    """Requests a second that customers offer, reached in a ramp and then held."""

    rps: float = Field(gt=0)
    ramp_seconds: Seconds = 0.0
    hold_seconds: Seconds


class Load(_Part):
    """``mix``: share of each kind of request; they add up to 1. basket: products in an order, at most.

    patience_seconds: how long an app that sends orders again (``retry``) waits for an answer.
    """

    script: str
    stages: tuple[Stage, ...] = Field(min_length=1)
    mix: Mapping[str, float]
    zipf_exponent: float = Field(gt=1)
    request_timeout_seconds: Seconds = 5.0
    patience_seconds: Annotated[float, Field(gt=0)] = 1.5
    basket: int = Field(1, ge=1, le=10)

    @model_validator(mode="after")
    def _mix_is_whole(self) -> Self:
        if abs(sum(self.mix.values()) - 1) > 1e-9:
            raise ValueError(f"mix: expected shares that add up to 1, got {sum(self.mix.values()):g}")
        return self


class Text(_Part):
    en: str
    ko: str

    def attributes(self) -> dict[str, str]:
        """Under the names by which reports find an event's text in their language."""
        return {"text_en": self.en, "text_ko": self.ko}


# Of toxics and of log files too.
Name = Annotated[str, Field(pattern=r"^\w[\w .-]*$")]
AnyFault = Annotated[SerializeAsAny[Fault], BeforeValidator(parse_fault)]


class Step(_Part):
    """Something that happens at ``at_seconds`` of the act: an announcement, a fault.

    for_seconds: when the fault heals by itself; None: at the act's ``heal_seconds``, or at its end.
    switches: how the shop is set at that moment: the state before an incident, not an answer to it.
    """

    name: Name
    at_seconds: Seconds
    text: Text
    fault: AnyFault | None = None
    for_seconds: Annotated[float, Field(gt=0)] | None = None
    switches: Mapping[str, bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_heal(self) -> Self:
        if self.for_seconds is not None and (self.fault is None or self.fault.is_instant):
            raise ValueError(f"for_seconds: expected with a fault that lasts, in the step {self.name}")
        return self

    @property
    def heals_at_seconds(self) -> float | None:
        """When its fault heals by itself."""
        return None if self.for_seconds is None else self.at_seconds + self.for_seconds


class Background(_Part):
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


class RunbookStep(_Part):
    """Switches that the runbook flips ``after_seconds`` after its trigger."""

    name: str
    after_seconds: Seconds
    text: Text
    switches: Mapping[str, bool]
    prewarm: bool = False


class Act(_Part):
    """How one run differs: what the runbook acts on, what is on from the start.

    stages: in place of the scenario's. heal_seconds: when every fault ends; None: at the act's end.
    """

    title: Text
    trigger: Literal["alarm", "page", "none"] = "none"
    switches: tuple[str, ...] = ()
    prewarm: bool = False
    shadow: bool = False
    stages: tuple[Stage, ...] | None = None
    heal_seconds: Seconds | None = None
    end_seconds: Seconds | None = None


class Shop(_Part):
    """What the shop is started with: rows to seed, and its settings as environment variables."""

    products: int = Field(gt=0)
    users: int = Field(gt=0)
    coupons: int = Field(gt=0)
    environment: Mapping[str, str] = Field(default_factory=dict)


class Measuring(_Part):
    """``window_seconds``: of the rates that are reported; ``settle_seconds``: left out at an act's start."""

    scrape_seconds: Annotated[float, Field(gt=0)]
    window_seconds: Annotated[float, Field(gt=0)]
    settle_seconds: Seconds
    after_seconds: Seconds


class NormalTraffic(_Part):
    """One kind of request on a day like any other; latencies are log-normal."""

    method: str
    route: str
    status: int
    error_type: str = ""
    per_second: float = Field(gt=0)
    median_seconds: float = Field(gt=0)
    p95_seconds: float = Field(gt=0)


class Scenario(_Part):
    """``alarm``: the threshold rule that stands for the document's late alarm; it waits ``alarm_for``.

    What a file leaves out is as in ``normal.yml``. With ``expects`` it is a drill of the suite: it has an
    unprotected and a protected act, and something to be judged by.
    """

    name: str
    title: Text
    description: Text
    shop: Shop
    load: Load
    background: tuple[Background, ...] = ()
    steps: tuple[Step, ...]
    alarm: str
    alarm_for: str
    runbook: tuple[RunbookStep, ...] = ()
    acts: Mapping[str, Act] = Field(min_length=1)
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
    try:
        content: Any = yaml.safe_load(path.read_text())
        return Scenario.model_validate({**_normal(), **content} if isinstance(content, dict) else content)
    except FileNotFoundError as error:
        expected = f"expected one of {', '.join(scenario_names())}, or a YAML file"
        raise ScenarioError(f"{name}: {expected}") from error
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name}: expected YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
        message = problem["msg"].removeprefix("Value error, ")
        raise ScenarioError(f"{path.name}: {key}: {message}") from error


def _normal() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(NORMAL.read_text())
    return content
