"""Nothing arrives, and nobody says so."""

import random
from dataclasses import dataclass
from typing import ClassVar

from commerce_app.faults.fault import Decision, Piece, Reset, Swallow


@dataclass(frozen=True)
class Blackhole:
    """toxiproxy's ``timeout``: data vanish; after ``timeout`` milliseconds comes a reset (0: never)."""

    type: ClassVar[str] = "timeout"
    timeout: float = 0.0

    def decide(self, piece: Piece, chance: random.Random) -> Decision:
        return Reset(piece.at + self.timeout / 1000) if self.timeout else Swallow()
