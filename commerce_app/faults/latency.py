"""Everything arrives later."""

import random
from dataclasses import dataclass
from typing import ClassVar

from commerce_app.faults.fault import Decision, Forward, Piece


@dataclass(frozen=True)
class Latency:
    """Adds ``latency`` ± ``jitter`` milliseconds, uniformly."""

    type: ClassVar[str] = "latency"
    latency: float = 0.0
    jitter: float = 0.0

    def decide(self, piece: Piece, chance: random.Random) -> Decision:
        delay_ms = max(0.0, self.latency + chance.uniform(-self.jitter, self.jitter))
        return Forward(piece.at + delay_ms / 1000)
