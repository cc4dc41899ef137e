"""An answer that is cut off."""

import random
from dataclasses import dataclass
from typing import ClassVar

from commerce_app.faults.proxy.kind import Close, Decision, Forward, Kind, Piece


@dataclass(frozen=True)
class LimitData(Kind):
    """Closes a connection when ``bytes`` have passed."""

    type: ClassVar[str] = "limit_data"
    bytes: float = 0.0

    def decide(self, piece: Piece, _chance: random.Random) -> Decision:
        left = int(self.bytes) - piece.passed_bytes
        return Forward(piece.at) if piece.size_bytes < left else Close(piece.at, max(0, left))
