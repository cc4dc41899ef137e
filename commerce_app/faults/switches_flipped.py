"""The shop is put into another state by its own switches: without an index, say."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site
from commerce_app.switches import Switch


class SwitchesFlipped(Fault):
    """The shop tells of these flips as faults, not as mitigations."""

    effect: ClassVar[str] = "the shop's `switches` are set so, and back when healed"
    hits: ClassVar[tuple[str, ...]] = ("product",)

    type: Literal["switches_flipped"]
    switches: Mapping[str, bool] = Field(min_length=1)

    @field_validator("switches")
    @classmethod
    def _are_the_shops(cls, switches: Mapping[str, bool]) -> Mapping[str, bool]:
        if unknown := sorted(set(switches) - set(Switch)):
            raise ValueError(f"{unknown[0]}: expected a switch: {', '.join(Switch)}")
        return switches

    def begin(self, site: Site, name: str) -> None:
        site.flip(self.switches, name)

    def heal(self, site: Site, name: str) -> None:
        site.flip({switch: not state for switch, state in self.switches.items()}, f"{name} healed")
