"""The signal map: which series is traffic, cache, replica, lock or business; which service needs what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from alerts.documents import Document, Strict, read_document
from alerts.errors import SpecError
from alerts.queries import checked_query
from alerts.slo import WINDOW

Role = Literal[
    "traffic",
    "latency",
    "errors",
    "saturation",
    "cache",
    "replica",
    "database",
    "lock",
    "availability",
    "business",
]
Unit = Literal["ratio", "seconds", "per_second", "bytes", "cores", "count", "krw"]
Good = Literal["up", "down", "none"]


@dataclass(frozen=True)
class Signal:
    """A series that tells how a service fares. ``good``: which direction is better.

    injects: it records what is done to the service on purpose, such as faults; no cause is read from it.
    """

    name: str
    title: Mapping[str, str]
    role: Role
    service: str
    unit: Unit
    good: Good
    query: str
    injects: bool = False

    def over(self, window: str) -> str:
        return self.query.replace(WINDOW, window)


@dataclass(frozen=True)
class Estimate:
    """How to estimate what an incident cost by a signal counted per second.

    worth_krw: what one is worth, from and to; None where nobody said. returning: the share of lost ones that
    come back later, from and to.
    """

    signal: str
    worth_krw: tuple[float, float] | None = None
    returning: tuple[float, float] = (0.0, 0.0)

    def to_mapping(self) -> dict[str, Any]:
        low, high = self.worth_krw or (None, None)
        returning_low, returning_high = self.returning
        return {
            "signal": self.signal,
            "worth_low": low,
            "worth_high": high,
            "returning_low": returning_low,
            "returning_high": returning_high,
        }


@dataclass(frozen=True)
class SignalMap:
    """services: what each service depends on: other services, or parts such as ``redis``.

    estimates: of the configuration, not of the map's file.
    """

    services: Mapping[str, tuple[str, ...]]
    signals: tuple[Signal, ...]
    estimates: tuple[Estimate, ...] = ()

    def dependencies(self, service: str) -> set[str]:
        """All that a service depends on, directly or through others."""
        found: set[str] = set()
        left = list(self.services.get(service, ()))
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left.extend(self.services.get(name, ()))
        return found

    def to_mapping(self) -> dict[str, Any]:
        """The content of a signal file; ``GET /api/v1/signals`` has the estimates too."""
        services = {name: {"depends_on": list(needed)} for name, needed in self.services.items()}
        told = {"version": 1, "services": services, "signals": [_mapping(signal) for signal in self.signals]}
        estimates = [estimate.to_mapping() for estimate in self.estimates]
        return {**told, "estimates": estimates} if estimates else told


class Title(Strict):
    en: str = Field(min_length=1)
    ko: str | None = None

    def texts(self) -> dict[str, str]:
        return {"en": self.en} if self.ko is None else {"en": self.en, "ko": self.ko}


class _SignalFile(Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    role: Role
    service: str
    unit: Unit
    good: Good
    query: str
    injects: bool = False


class _ServiceFile(Strict):
    depends_on: list[str] = Field(default_factory=list)


class _MapFile(Strict):
    version: Literal[1]
    services: dict[str, _ServiceFile]
    signals: list[_SignalFile] = Field(default_factory=list)


def load_signals(path: Path) -> SignalMap:
    """The signal map of a file.

    Raises:
        SpecError: for the first mistake.
    """
    return read_signals(read_document(path))


def read_signals(document: Document) -> SignalMap:
    """The signal map of a document that was read already."""
    content = document.parse(_MapFile)
    services = {name: tuple(service.depends_on) for name, service in content.services.items()}
    signals: dict[str, Signal] = {}
    for signal in content.signals:
        key = f"{document.place}: signals: {signal.name}"
        if signal.name in signals:
            raise SpecError(f"{key}: expected a name used once")
        if signal.service not in services:
            raise SpecError(
                f"{key}: service: expected one of {', '.join(services)}, found {signal.service!r}"
            )
        signals[signal.name] = _signal(document.place, signal)
    return SignalMap(services, tuple(signals.values()))


def _signal(place: str, content: _SignalFile) -> Signal:
    query = checked_query(place, f"signals: {content.name}: query", content.query, windowed=False)
    title = content.title.texts()
    return Signal(
        content.name,
        title,
        content.role,
        content.service,
        content.unit,
        content.good,
        query,
        content.injects,
    )


def _mapping(signal: Signal) -> dict[str, Any]:
    told = {
        "name": signal.name,
        "title": dict(signal.title),
        "role": signal.role,
        "service": signal.service,
        "unit": signal.unit,
        "good": signal.good,
        "query": signal.query,
    }
    return {**told, "injects": True} if signal.injects else told
