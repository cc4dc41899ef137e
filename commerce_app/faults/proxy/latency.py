"""Everything arrives later."""

import random
from dataclasses import dataclass, field
from typing import ClassVar

from commerce_app.faults.proxy.kind import Decision, Forward, Kind, Piece


@dataclass(frozen=True)
class Latency(Kind):
    """Adds ``latency`` ± ``jitter`` milliseconds, uniformly."""

    type: ClassVar[str] = "latency"
    latency: float = field(default=0.0, metadata={"unit": "ms"})
    jitter: float = field(default=0.0, metadata={"unit": "ms"})

    def decide(self, piece: Piece, chance: random.Random) -> Decision:
        delay_ms = max(0.0, self.latency + chance.uniform(-self.jitter, self.jitter))
        return Forward(piece.at + delay_ms / 1000)
