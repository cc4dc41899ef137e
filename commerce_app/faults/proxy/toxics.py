"""A fault in force on a proxy (a toxic), and how to read one from toxiproxy's JSON."""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce_app.faults.proxy.bandwidth import Bandwidth
from commerce_app.faults.proxy.blackhole import Blackhole
from commerce_app.faults.proxy.kind import Close, Decision, Forward, Kind, Piece
from commerce_app.faults.proxy.latency import Latency
from commerce_app.faults.proxy.limit_data import LimitData
from commerce_app.faults.proxy.reset import ResetPeer
from commerce_app.faults.proxy.slow_close import SlowClose

KINDS: Mapping[str, type[Kind]] = {
    kind.type: kind for kind in (Latency, Blackhole, ResetPeer, Bandwidth, SlowClose, LimitData)
}
STREAMS = ("upstream", "downstream")
# In milliseconds 30 years: what is larger no timer takes.
LARGEST = 1e12


class ToxicError(ValueError):
    """A toxic that cannot be made; the text names the key and what was expected."""


@dataclass(frozen=True)
class Toxic:
    """``stream``: upstream is from client to server. ``toxicity``: share of connections it touches (0–1)."""

    name: str
    stream: str
    toxicity: float
    kind: Kind

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.kind.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
            "attributes": dataclasses.asdict(self.kind),
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
    if not isinstance(kind, str) or kind not in KINDS:
        raise ToxicError(f"type: expected one of {', '.join(sorted(KINDS))}, got {kind!r:.100}")
    stream = body.get("stream", "downstream")
    if stream not in STREAMS:
        raise ToxicError(f"stream: expected upstream or downstream, got {stream!r:.100}")
    toxicity = _number("toxicity", body.get("toxicity", 1.0))
    if toxicity > 1:
        raise ToxicError(f"toxicity: expected a number from 0 to 1, got {toxicity:g}")
    name = body.get("name") or f"{kind}_{stream}"
    if not isinstance(name, str):
        raise ToxicError(f"name: expected text, got {name!r:.100}")
    return Toxic(name, stream, toxicity, _parse_kind(KINDS[kind], body.get("attributes") or {}))


def _parse_kind(made: type[Kind], attributes: object) -> Kind:
    if not isinstance(attributes, Mapping):
        raise ToxicError(f"attributes: expected an object, got {attributes!r:.100}")
    known = {field.name for field in dataclasses.fields(made)}
    unknown = sorted(set(attributes) - known)
    if unknown:
        raise ToxicError(f"attributes.{unknown[0]}: expected one of {', '.join(sorted(known))}")
    values = {key: _number(f"attributes.{key}", value) for key, value in attributes.items()}
    if values.get("rate") == 0:
        raise ToxicError("attributes.rate: expected more than 0 kilobytes a second")
    return made(**values)


def _number(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise ToxicError(f"{key}: expected a number from 0 to {LARGEST:g}, got {value!r:.100}")
    return float(value)


def decide(
    toxics: Sequence[Toxic], piece: Piece, chance: random.Random, passed: Mapping[str, int] | None = None
) -> Decision:
    """What becomes of a piece that passes all of them in turn; none overtakes the one before it.

    passed: bytes that came before the piece while the toxic of that name was there.
    """
    decision: Decision = Forward(piece.at)
    for toxic in toxics:
        if not isinstance(decision, Forward):
            break
        before = (passed or {}).get(toxic.name, 0)
        decision = toxic.kind.decide(dataclasses.replace(piece, at=decision.at, passed_bytes=before), chance)
    if isinstance(decision, Forward | Close):
        return dataclasses.replace(decision, at=max(decision.at, piece.previous_at))
    return decision
