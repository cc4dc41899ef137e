"""How many events come in a second, as people write it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.slo import Slo

_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_RATE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)/([smhd])")


@dataclass(frozen=True)
class Traffic:
    """In events a second: of SLOs by their names, and of all others; None where it is not known."""

    everywhere: float | None = None
    by_slo: Mapping[str, float] = field(default_factory=dict)

    def of(self, slo: Slo) -> float | None:
        return self.by_slo.get(slo.name, self.everywhere)


def parse_rate(text: str) -> float:
    """Events a second.

    Raises:
        ValueError: for what is no rate such as ``0.2/s``, ``500/m`` or ``1000/h``.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise ValueError(f"expected a rate above 0 such as 0.2/s, 500/m or 1000/h, found {text!r}")
    return float(found[1]) / _UNIT_SECONDS[found[2]]


def format_rate(per_second: float) -> str:
    """In the smallest unit that gives a number of 1 or more: ``3.2/s``, ``12/m``, ``1/h``."""
    units = [(unit, seconds) for unit, seconds in _UNIT_SECONDS.items() if per_second * seconds >= 0.9995]
    unit, seconds = (units or [("d", 86_400.0)])[0]
    return (
        f"{per_second * seconds:.3g}/{unit}"
        if per_second * seconds < 1000
        else f"{per_second * seconds:,.0f}/{unit}"
    )
