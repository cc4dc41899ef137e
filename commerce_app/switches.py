"""The switches of the protections: flipped while the shop runs, asked at every read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Switch(StrEnum):
    REDIS_FAST_TIMEOUTS = "redis_fast_timeouts"
    SINGLE_FLIGHT = "single_flight"
    LOCAL_TIER = "local_tier"
    STALE_WHILE_REVALIDATE = "stale_while_revalidate"
    TTL_EXTENDED = "ttl_extended"
    EARLY_REFRESH = "early_refresh"
    CIRCUIT_BREAKER = "circuit_breaker"
    LOAD_SHEDDING = "load_shedding"
    READ_ONLY_EXTRAS = "read_only_extras"
    DISTRIBUTED_LOCK = "distributed_lock"
    IDEMPOTENCY_KEYS = "idempotency_keys"


@dataclass(frozen=True)
class Flip:
    """One switch that changed."""

    switch: Switch
    enabled: bool


class Switches:
    """Which protections are on. ``observe`` is called with each flip."""

    def __init__(self, enabled: Iterable[Switch] = ()) -> None:
        self._enabled = set(enabled)
        self._observers: list[Callable[[Flip], None]] = []

    def on(self, switch: Switch) -> bool:
        return switch in self._enabled

    def states(self) -> dict[str, bool]:
        return {switch.value: switch in self._enabled for switch in Switch}

    def observe(self, observer: Callable[[Flip], None]) -> None:
        self._observers.append(observer)

    def set(self, wanted: Mapping[Switch, bool]) -> list[Flip]:
        """Bring the switches to the wanted states; returns those that changed, in the order given."""
        flips = [Flip(switch, state) for switch, state in wanted.items() if state != self.on(switch)]
        for flip in flips:
            (self._enabled.add if flip.enabled else self._enabled.discard)(flip.switch)
            for observer in self._observers:
                observer(flip)
        return flips
