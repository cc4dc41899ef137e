"""The kinds of toxics as faults: something happens on the line between the shop and a server."""

from collections.abc import Mapping
from dataclasses import fields
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from commerce_app.faults.fault import Server
from commerce_app.faults.line import LineFault
from commerce_app.faults.proxy.toxics import KINDS, ToxicError, parse_toxic
from commerce_app.faults.site import Site

WHOLE_WITHOUT_ATTRIBUTES = frozenset({"timeout", "reset_peer"})


class ToxicFault(LineFault):
    """In toxiproxy's words and units; ``toxicity`` is the share of connections that it touches (0–1)."""

    effect: ClassVar[str] = "a toxic of the fault proxy"

    target: Server = "redis"
    stream: Literal["upstream", "downstream"] = "downstream"
    toxicity: float = 1.0
    attributes: Mapping[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_a_toxic(self) -> Self:
        try:
            parse_toxic(self._body("any"))
        except ToxicError as error:
            raise ValueError(str(error)) from error
        if not self.attributes and self.type not in WHOLE_WITHOUT_ATTRIBUTES:
            known = ", ".join(field.name for field in fields(KINDS[self.type]))
            raise ValueError(f"attributes: expected {known}: without them {self.type} does nothing")
        return self

    def begin(self, site: Site, name: str) -> None:
        site.proxies.add_toxic(self.target, self._body(name))

    def heal(self, site: Site, name: str) -> None:
        site.proxies.remove_toxic(self.target, name)

    def _body(self, name: str) -> dict[str, object]:
        return {"name": name, **self.model_dump(exclude={"target"})}
