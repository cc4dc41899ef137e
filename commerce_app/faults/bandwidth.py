"""A narrow line."""

import random
from dataclasses import dataclass
from typing import ClassVar

from commerce_app.faults.fault import Decision, Forward, Piece


@dataclass(frozen=True)
class Bandwidth:
    """Passes ``rate`` kilobytes (1,000 bytes) a second."""

    type: ClassVar[str] = "bandwidth"
    rate: float = 1_000.0

    def decide(self, piece: Piece, chance: random.Random) -> Decision:
        return Forward(max(piece.previous_at, piece.at) + piece.size_bytes / (self.rate * 1000))
