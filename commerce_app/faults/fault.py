"""What a fault is: its parameters as they stand in YAML, how it begins, how it heals."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from commerce_app.faults.site import Site

Server = Literal["redis", "primary", "replica"]


class Fault(BaseModel):
    """One kind of fault is a subclass; its fields are its parameters, with units in their names.

    What a fault did is undone by ``heal`` alone, from nothing but the parameters and the name: it is called
    after a ``begin`` that failed half way too, and must do no harm when nothing was begun.

    effect: what it does, for the documentation. hits: what it hits, where that is no parameter. is_instant:
    it is over when it has begun; there is nothing to heal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect: ClassVar[str]
    hits: ClassVar[tuple[str, ...]]
    is_instant: ClassVar[bool] = False

    type: str

    @property
    def touches(self) -> tuple[str, ...]:
        """What it hits, by the names of the signal map: ``redis``, ``primary``, ``replica``, or the shop."""
        return self.hits

    @property
    def proxied(self) -> tuple[str, ...]:
        """The servers that must have a proxy before them."""
        return ()

    def begin(self, site: Site, name: str) -> None:
        """Do it; ``name`` tells it from others of its kind. Raises FaultError."""
        raise NotImplementedError

    def heal(self, site: Site, name: str) -> None:
        """Undo it. Raises FaultError."""
