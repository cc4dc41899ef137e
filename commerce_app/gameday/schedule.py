"""A schedule of game days, from its YAML file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import ErrorDetails

from commerce_app.drill.errors import ScenarioError, ScheduleError
from commerce_app.drill.expectations import Expectations
from commerce_app.drill.scenario import Scenario, scenario_names
from commerce_app.drill.suite import judged_scenario
from commerce_app.gameday.when import EXAMPLE, When, checked_rule
from commerce_app.yaml_file import read_model, told

ALL = "all"
EXPECTED = {
    "environment": "the name of a stack that was declared non-production",
    "when": "start, timezone and rrule",
    "when.start": "a local time such as 2026-12-01T02:00:00",
    "when.timezone": "a zone such as Asia/Seoul",
    "when.rrule": f"an RRULE such as {EXAMPLE}",
    "drills": f"names of drills, or {ALL}",
    "reports": "the folder for the reports",
}


def _start(value: object) -> datetime:
    try:
        start = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        start = None
    if start is None or start.tzinfo is not None or type(value) is date:
        raise ValueError(f"expected {EXPECTED['when.start']}, without an offset, got {told(value)}")
    return start


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected {EXPECTED['when.timezone']}, got {told(value)}") from error


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _When(_Part):
    start: Annotated[datetime, BeforeValidator(_start)]
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    rrule: str

    @model_validator(mode="after")
    def _happens(self) -> Self:
        try:
            checked_rule(self.rrule, self.start)
        except ValueError as error:
            raise ValueError(f"rrule: {told(error)}, got {told(self.rrule)}") from error
        return self


class _File(_Part):
    environment: Annotated[str, Field(min_length=1)]
    when: _When
    drills: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)]
    reports: Path
    catch_up: bool = False


@dataclass(frozen=True)
class Schedule:
    """reports: an absolute folder, or relative to where Fireline runs if the file's own path is."""

    place: str
    environment: str
    when: When
    drills: tuple[tuple[Scenario, Expectations], ...]
    reports: Path
    catch_up: bool

    @property
    def drill_names(self) -> tuple[str, ...]:
        return tuple(scenario.name for scenario, _ in self.drills)


def load_schedule(path: Path) -> Schedule:
    """A schedule whose drills all exist and can be judged.

    Raises:
        ScheduleError: naming file, key and what was expected.
    """
    content = read_model(path, _File, ScheduleError, _complaint)
    when = content.when
    return Schedule(
        place=str(path),
        environment=content.environment,
        when=When(when.start, when.timezone, checked_rule(when.rrule, when.start)),
        drills=_drills(path, scenario_names() if content.drills == ALL else content.drills),
        reports=path.parent / content.reports,
        catch_up=content.catch_up,
    )


def _drills(path: Path, names: Iterable[str]) -> tuple[tuple[Scenario, Expectations], ...]:
    found: dict[str, tuple[Scenario, Expectations]] = {}
    for number, name in enumerate(names):
        place = f"{path}: drills.{number}"
        file = name.endswith((".yml", ".yaml"))
        try:
            scenario, expects = judged_scenario(str(path.parent / name) if file else name)
        except ScenarioError as error:
            raise ScheduleError(f"{place}: {error}") from error
        if scenario.name in found:
            raise ScheduleError(f"{place}: expected each drill once, got {scenario.name} again")
        found[scenario.name] = (scenario, expects)
    return tuple(found.values())


def _complaint(problem: ErrorDetails) -> str:
    # Of a union pydantic names the alternative too, which is no key.
    place = problem["loc"][:1] if problem["loc"][:1] == ("drills",) else problem["loc"]
    key = told(".".join(str(part) for part in place))
    if problem["type"] == "extra_forbidden":
        model = _When if len(problem["loc"]) > 1 else _File
        return f"{key}: unknown key: expected one of {', '.join(model.model_fields)}"
    if problem["type"] == "missing" or (key in EXPECTED and problem["type"] != "value_error"):
        got = "nothing" if problem["type"] == "missing" else told(problem["input"])
        return f"{key}: expected {EXPECTED[key]}, got {got}"
    return f"{key or '(whole file)'}: {told(problem['msg'].removeprefix('Value error, '))}"
