"""Which objective is meant: names are unique within a service only."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class SloId:
    """What an objective is known by."""

    service: str
    name: str

    def key(self, among: Iterable["SloId"]) -> str:
        """Its text in ids of series and figures: NAME, or SERVICE/NAME where another one has that name."""
        is_shared = any(other.name == self.name and other != self for other in among)
        return f"{self.service}/{self.name}" if is_shared else self.name
