"""How long a value is fresh, and how long it is kept past that."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lifetime:
    """Seconds. ``extended_factor`` and ``jitter_ratio`` apply when ttl_extended is on."""

    ttl_seconds: float
    stale_seconds: float
    extended_factor: float
    jitter_ratio: float

    def fresh_seconds(self, *, extended: bool, draw: float) -> float:
        """The TTL to write with; ``draw`` in [0, 1) spreads extended ones by ± the jitter."""
        if not extended:
            return self.ttl_seconds
        return self.ttl_seconds * self.extended_factor * (1 + self.jitter_ratio * (2 * draw - 1))
