"""A cached value and how long it counts as fresh."""

import struct
from dataclasses import dataclass
from typing import Self

# fresh_until and load_seconds before the body, so that whoever reads it can judge its age.
_HEADER = struct.Struct(">dd")
HEADER_BYTES = _HEADER.size
_FRESH_UNTIL = struct.Struct(">d")
FRESH_UNTIL_BYTES = _FRESH_UNTIL.size


@dataclass(frozen=True, slots=True)
class Entry:
    """``load_seconds`` is what the load cost, which early refresh weighs. No value has an empty body."""

    body: bytes
    fresh_until: float
    load_seconds: float

    @classmethod
    def nothing(cls, fresh_until: float, load_seconds: float) -> Self:
        """That there is no such value."""
        return cls(b"", fresh_until, load_seconds)

    @property
    def value(self) -> bytes | None:
        return self.body or None

    def fresh(self, at: float) -> bool:
        return at < self.fresh_until

    def stale_seconds(self, at: float) -> float:
        """How long it has been past its TTL."""
        return max(0.0, at - self.fresh_until)

    def pack(self) -> bytes:
        return _HEADER.pack(self.fresh_until, self.load_seconds) + self.body

    @classmethod
    def unpack(cls, packed: bytes | None) -> Self | None:
        """None where there is nothing, or something shorter than a header: no entry."""
        if packed is None or len(packed) < HEADER_BYTES:
            return None
        fresh_until, load_seconds = _HEADER.unpack_from(packed)
        return cls(packed[HEADER_BYTES:], fresh_until, load_seconds)


def pack_fresh_until(at: float) -> bytes:
    """The first bytes of every packed entry."""
    return _FRESH_UNTIL.pack(at)


def unpack_fresh_until(head: bytes) -> float | None:
    """From the first bytes of a packed entry; None where there are fewer."""
    if len(head) < FRESH_UNTIL_BYTES:
        return None
    fresh_until: float = _FRESH_UNTIL.unpack_from(head)[0]
    return fresh_until
