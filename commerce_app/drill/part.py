"""What each part of a scenario's file keeps to: known keys, finite numbers, names that are no paths."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from commerce_app.switches import Switch


class Part(BaseModel):
    """Frozen; an unknown key, an infinity or a NaN is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Part):
    en: str
    ko: str

    def attributes(self) -> dict[str, str]:
        """Under the names by which reports find an event's text in their language."""
        return {"text_en": self.en, "text_ko": self.ko}


def _known_switch(name: str) -> str:
    if name not in set(Switch):
        raise ValueError(f"expected a switch of the shop, got {name!r}; they are {', '.join(Switch)}")
    return name


# Of toxics, of log files and of folders too.
Name = Annotated[str, Field(pattern=r"^\w[\w .-]*$", max_length=80)]
Seconds = Annotated[float, Field(ge=0)]
SwitchName = Annotated[str, AfterValidator(_known_switch)]
