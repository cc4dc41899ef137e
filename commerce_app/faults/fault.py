"""What a fault is: a decision on each piece of data that passes the proxy."""

import random
from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True)
class Forward:
    """Deliver the piece at ``at`` (seconds of the loop's clock), or when the one before it leaves."""

    at: float


@dataclass(frozen=True)
class Swallow:
    """The piece never arrives. The connection has a hole in it: it is reset when the fault goes."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset at ``at``."""

    at: float


Decision = Forward | Swallow | Reset


@dataclass(frozen=True)
class Piece:
    """Data that came at ``at``; the one before it leaves at ``previous_at``."""

    at: float
    size_bytes: int
    previous_at: float


class Fault(Protocol):
    """One kind of fault. Its attributes have toxiproxy's names and units (milliseconds, kilobytes)."""

    type: ClassVar[str]

    def decide(self, piece: Piece, chance: random.Random) -> Decision: ...
