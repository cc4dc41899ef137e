"""A fault in force on a proxy (a toxic), and how to read one from toxiproxy's JSON."""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce_app.faults.bandwidth import Bandwidth
from commerce_app.faults.blackhole import Blackhole
from commerce_app.faults.fault import Decision, Fault, Forward, Piece
from commerce_app.faults.latency import Latency
from commerce_app.faults.reset import ResetPeer

FAULTS: Mapping[str, type[Latency | Blackhole | ResetPeer | Bandwidth]] = {
    kind.type: kind for kind in (Latency, Blackhole, ResetPeer, Bandwidth)
}
STREAMS = ("upstream", "downstream")


class ToxicError(ValueError):
    """A toxic that cannot be made; the text names the key and what was expected."""


@dataclass(frozen=True)
class Toxic:
    """``stream``: upstream is from client to server. ``toxicity``: share of connections it touches (0–1)."""

    name: str
    stream: str
    toxicity: float
    fault: Fault

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.fault.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
            "attributes": dataclasses.asdict(self.fault),  # type: ignore[call-overload]  # all faults are dataclasses
        }

    def touches(self, connection: int) -> bool:
        """The same answer for a connection as long as the toxic has its name: the draw is seeded by both."""
        return random.Random(f"{self.name}/{connection}").random() < self.toxicity  # noqa: S311 -- not a secret


def parse_toxic(body: Mapping[str, Any]) -> Toxic:
    """A toxic from toxiproxy's JSON.

    Raises:
        ToxicError: naming the key that is wrong.
    """
    kind = body.get("type")
    if kind not in FAULTS:
        raise ToxicError(f"type: expected one of {', '.join(sorted(FAULTS))}, got {kind!r}")
    stream = body.get("stream", "downstream")
    if stream not in STREAMS:
        raise ToxicError(f"stream: expected upstream or downstream, got {stream!r}")
    toxicity = _number("toxicity", body.get("toxicity", 1.0))
    if toxicity > 1:
        raise ToxicError(f"toxicity: expected a number from 0 to 1, got {toxicity:g}")
    name = body.get("name") or f"{kind}_{stream}"
    return Toxic(str(name), stream, toxicity, _parse_fault(kind, body.get("attributes") or {}))


def _parse_fault(kind: object, attributes: Mapping[str, Any]) -> Fault:
    fault = FAULTS[str(kind)]
    known = {field.name for field in dataclasses.fields(fault)}
    unknown = sorted(set(attributes) - known)
    if unknown:
        raise ToxicError(f"attributes.{unknown[0]}: expected one of {', '.join(sorted(known))}")
    values = {key: _number(f"attributes.{key}", value) for key, value in attributes.items()}
    if values.get("rate") == 0:
        raise ToxicError("attributes.rate: expected more than 0 kilobytes a second")
    return fault(**values)


def _number(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ToxicError(f"{key}: expected a number from 0 up, got {value!r}")
    return float(value)


def decide(toxics: Sequence[Toxic], piece: Piece, chance: random.Random) -> Decision:
    """What becomes of a piece that passes all of them in turn; none overtakes the one before it."""
    decision: Decision = Forward(piece.at)
    for toxic in toxics:
        if not isinstance(decision, Forward):
            break
        decision = toxic.fault.decide(dataclasses.replace(piece, at=decision.at), chance)
    return Forward(max(decision.at, piece.previous_at)) if isinstance(decision, Forward) else decision
