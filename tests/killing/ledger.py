"""What the collector has promised: samples that it answered 204 for, or that a query returned."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, int]  # a series by its labels as text, and a time in milliseconds


@dataclass(frozen=True)
class Lost:
    """A sample that is not there as it was promised; ``found`` is None where it is gone."""

    key: Key
    promised: str
    found: str | None


class Ledger:
    """Promises by series and time; written by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._promised: dict[Key, str] = {}
        self.acknowledged = 0
        self.returned = 0

    def acknowledge(self, samples: Iterable[tuple[Key, str]]) -> None:
        """Notes what a 204 was answered for."""
        with self._lock:
            new = dict(samples)
            self._promised.update(new)
            self.acknowledged += len(new)

    def show(self, samples: Iterable[tuple[Key, str]]) -> None:
        """Notes what a query returned; each sample is counted once."""
        with self._lock:
            for key, value in samples:
                if self._promised.setdefault(key, value) is value:
                    self.returned += 1

    def promised(self, since_ms: int = 0) -> dict[Key, str]:
        """All promises so far for that time and later."""
        with self._lock:
            return {key: value for key, value in self._promised.items() if key[1] >= since_ms}


def lost(promised: dict[Key, str], stored: dict[Key, str]) -> list[Lost]:
    """Promises that are not stored as they were made."""
    return [Lost(key, value, stored.get(key)) for key, value in promised.items() if stored.get(key) != value]
