"""``business`` of ``fireline.yml``: by which signals and rates an incident's cost is estimated."""

import math
from collections.abc import Sequence
from dataclasses import replace

from alerts.errors import SpecError
from alerts.signals import Estimate, SignalMap
from collector.settings import Section

_COUNTED = "per_second"


def read_estimate(section: Section) -> Estimate:
    """One of the list.

    Raises:
        ConfigError: naming file, key and what was expected.
    """
    estimate = Estimate(
        section.required("signal"),
        _range(section, "worth_krw", "an amount such as 42000, or 30000..45000", math.inf),
        _range(section, "returning", "a share such as 0.2, or 0..0.4", 1.0) or (0.0, 0.0),
    )
    section.finish()
    return estimate


def _range(section: Section, key: str, expected: str, most: float) -> tuple[float, float] | None:
    """``LOW..HIGH``, or one number for both."""
    text = section.text(key, expected=expected)
    if not text:
        return None
    first, _, last = text.partition("..")
    try:
        low, high = float(first), float(last or first)
    except ValueError as error:
        raise section.error(key, f"expected {expected}, found {text[:40]!r}") from error
    if not (0 <= low <= high <= most and math.isfinite(high)):
        raise section.error(key, f"expected {expected}, found {text[:40]!r}")
    return low, high


def with_estimates(signals: SignalMap, estimates: Sequence[Estimate], place: str) -> SignalMap:
    """The map with them.

    Raises:
        SpecError: for a signal that is not in the map, not counted per second, or named twice.
    """
    counted = [signal.name for signal in signals.signals if signal.unit == _COUNTED]
    names = [estimate.signal for estimate in estimates]
    for number, name in enumerate(names):
        if name not in counted:
            known = ", ".join(counted) or "there is none"
            raise SpecError(
                f"{place}[{number}].signal: expected a signal of the map that is counted per_second "
                f"({known}), found {name[:60]!r}"
            )
        if name in names[:number]:
            raise SpecError(f"{place}[{number}].signal: expected a signal named once, found {name!r} again")
    return replace(signals, estimates=tuple(estimates))
