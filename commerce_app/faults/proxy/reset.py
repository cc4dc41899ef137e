"""The connection breaks."""

import random
from dataclasses import dataclass, field
from typing import ClassVar

from commerce_app.faults.proxy.kind import Decision, Kind, Piece, Reset


@dataclass(frozen=True)
class ResetPeer(Kind):
    """TCP reset ``timeout`` milliseconds after data came."""

    type: ClassVar[str] = "reset_peer"
    timeout: float = field(default=0.0, metadata={"unit": "ms"})

    def decide(self, piece: Piece, _chance: random.Random) -> Decision:
        return Reset(piece.at + self.timeout / 1000)
