"""The connection breaks."""

import random
from dataclasses import dataclass
from typing import ClassVar

from commerce_app.faults.fault import Decision, Piece, Reset


@dataclass(frozen=True)
class ResetPeer:
    """TCP reset ``timeout`` milliseconds after data came."""

    type: ClassVar[str] = "reset_peer"
    timeout: float = 0.0

    def decide(self, piece: Piece, chance: random.Random) -> Decision:
        return Reset(piece.at + self.timeout / 1000)
