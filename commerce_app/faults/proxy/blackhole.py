"""Nothing arrives, and nobody says so."""

import random
from dataclasses import dataclass, field
from typing import ClassVar

from commerce_app.faults.proxy.kind import Decision, Kind, Piece, Swallow


@dataclass(frozen=True)
class Blackhole(Kind):
    """toxiproxy's ``timeout``: data vanish; connections close after ``timeout`` milliseconds (0: never)."""

    type: ClassVar[str] = "timeout"
    timeout: float = field(default=0.0, metadata={"unit": "ms"})

    def decide(self, piece: Piece, _chance: random.Random) -> Decision:
        return Swallow()

    def lifetime_seconds(self) -> float | None:
        return self.timeout / 1000 if self.timeout else None
