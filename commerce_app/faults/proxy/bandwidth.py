"""A narrow line."""

import random
from dataclasses import dataclass, field
from typing import ClassVar

from commerce_app.faults.proxy.kind import Decision, Forward, Kind, Piece


@dataclass(frozen=True)
class Bandwidth(Kind):
    """Passes ``rate`` kilobytes (1,000 bytes) a second."""

    type: ClassVar[str] = "bandwidth"
    rate: float = field(default=1_000.0, metadata={"unit": "kb_per_second"})

    def decide(self, piece: Piece, _chance: random.Random) -> Decision:
        return Forward(max(piece.previous_at, piece.at) + piece.size_bytes / (self.rate * 1000))
