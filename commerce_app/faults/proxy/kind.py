"""What a kind of toxic is: a decision on each piece of data that passes the proxy, and on closing."""

import random
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Forward:
    """Deliver the piece at ``at`` (seconds of the loop's clock), or when the one before it leaves."""

    at: float


@dataclass(frozen=True)
class Swallow:
    """The piece never arrives. The connection has a hole in it: it is reset when the toxic goes."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset at ``at``."""

    at: float


@dataclass(frozen=True)
class Close:
    """The first ``kept_bytes`` of the piece still arrive at ``at``, then the connection is closed."""

    at: float
    kept_bytes: int


Decision = Forward | Swallow | Reset | Close


@dataclass(frozen=True)
class Piece:
    """Data that came at ``at``; the one before it leaves at ``previous_at``.

    passed_bytes: what came this way on this connection before it, while the toxic that decides was there.
    """

    at: float
    size_bytes: int
    previous_at: float
    passed_bytes: int = 0


@dataclass(frozen=True)
class Kind:
    """One kind of toxic. Its fields are toxiproxy's attributes; their metadata tell the ``unit``."""

    type: ClassVar[str]

    def decide(self, piece: Piece, _chance: random.Random) -> Decision:
        """What becomes of a piece; a kind that only closes lets all pass."""
        return Forward(piece.at)

    def close_delay_seconds(self) -> float:
        """How much later one side hears that the other has closed."""
        return 0.0

    def lifetime_seconds(self) -> float | None:
        """How long a connection lives under it even when nobody sends anything; None: for ever."""
        return None
