"""Bounds of histograms as they are spelt in ``le``: whoever writes a page may write anything."""

from collections.abc import Iterable
from math import isfinite


def finite_bounds(spelt: Iterable[str]) -> list[str]:
    """Those that are finite numbers, each once, in rising order."""
    return sorted({bound for bound in spelt if _is_finite(bound)}, key=float)


def _is_finite(bound: str) -> bool:
    try:
        return isfinite(float(bound))
    except ValueError:
        return False
