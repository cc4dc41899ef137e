"""A cached value and how long it counts as fresh."""

import struct
from dataclasses import dataclass
from typing import Self

# fresh_until and load_seconds before the body, so that whoever reads it can judge its age.
_HEADER = struct.Struct(">dd")


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
    def unpack(cls, packed: bytes) -> Self:
        """Raises struct.error on bytes that are shorter than a header."""
        fresh_until, load_seconds = _HEADER.unpack_from(packed)
        return cls(packed[_HEADER.size :], fresh_until, load_seconds)
