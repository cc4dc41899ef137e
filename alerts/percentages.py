"""Ratios as per cent, in digits that say something and never with an exponent."""

import math


def percent(ratio: float, digits: int = 4) -> str:
    """``0.05 %`` for 0.0005: so many digits at most, and all that stand before the point."""
    return f"{figure(100 * ratio, digits)} %"


def figure(value: float, digits: int) -> str:
    """A number with so many digits, or as many as its whole part has."""
    if not math.isfinite(value) or value == 0:
        return f"{abs(value):g}"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
