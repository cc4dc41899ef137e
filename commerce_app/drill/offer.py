"""The load of a scenario: what customers ask for, how often, by which script of ``commerce_app/load``."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from commerce_app.drill.part import Part, Seconds

LOAD = Path(__file__).parents[1] / "load"
_KIND = re.compile(r"^export function (\w+)\(", re.MULTILINE)
# What k6 calls itself, beside the kinds of requests.
_OWN = {"setup", "teardown", "handleSummary"}


class Stage(Part):
    """Requests a second that customers offer, reached in a ramp and then held."""

    rps: float = Field(gt=0, le=10_000)
    ramp_seconds: Seconds = 0.0
    hold_seconds: Seconds


class Load(Part):
    """``mix``: share of each kind of request; they add up to 1. basket: products in an order, at most.

    order_exponent: of what is bought, where that is on fewer products than what is looked at.

    patience_seconds: how long an app that sends orders again (``retry``) waits for an answer.
    """

    script: str
    stages: tuple[Stage, ...] = Field(min_length=1)
    mix: Mapping[str, Annotated[float, Field(ge=0, le=1)]]
    zipf_exponent: float = Field(gt=1)
    order_exponent: float | None = Field(None, gt=1)
    request_timeout_seconds: Seconds = 5.0
    patience_seconds: Annotated[float, Field(gt=0)] = 1.5
    basket: int = Field(1, ge=1, le=10)

    @field_validator("script")
    @classmethod
    def _is_there(cls, script: str) -> str:
        scripts = sorted(path.name for path in LOAD.glob("*.js"))
        if script not in scripts:
            raise ValueError(f"expected one of {', '.join(scripts)}, got {script!r}")
        return script

    @model_validator(mode="after")
    def _mix_is_known_and_whole(self) -> Self:
        kinds = request_kinds(self.script)
        if unknown := sorted(set(self.mix) - set(kinds)):
            raise ValueError(f"mix: expected kinds of {self.script}, {', '.join(kinds)}, got {unknown[0]}")
        if abs(sum(self.mix.values()) - 1) > 1e-9:
            raise ValueError(f"mix: expected shares that add up to 1, got {sum(self.mix.values()):g}")
        return self


def request_kinds(script: str) -> list[str]:
    """The kinds of requests that a script of ``commerce_app/load`` knows."""
    return [kind for kind in _KIND.findall((LOAD / script).read_text(encoding="utf-8")) if kind not in _OWN]
