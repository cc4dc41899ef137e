"""Functions that map each value of an instant vector on its own."""

from collections.abc import Callable

import numpy as np

from collector.series import Values


def _round_half_up(value: Values, nearest: Values | float = 1.0) -> Values:
    """Prometheus multiplies by the inverse, so that 0.1 rounds to spellable decimals."""
    inverse = 1.0 / np.asarray(nearest)
    return np.floor(value * inverse + 0.5) / inverse


def _clamp(value: Values, low: Values, high: Values) -> Values:
    return _greater(low, _lesser(high, value))


def _greater(a: Values, b: Values) -> Values:
    """Go's math.Max: an infinity wins over NaN, NaN over any number, and 0 over -0."""
    greater = np.where((a == 0) & (b == 0), a + b, np.maximum(a, b))
    return np.where(np.isposinf(a) | np.isposinf(b), np.inf, greater)


def _lesser(a: Values, b: Values) -> Values:
    return -_greater(-a, -b)


def _sign(value: Values) -> Values:
    """-0 stays what it is."""
    signs: Values = np.sign(value)
    return np.where(value == 0, value, signs)


ELEMENTWISE: dict[str, Callable[..., Values]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "clamp": _clamp,
    "clamp_max": lambda value, high: _lesser(high, value),
    "clamp_min": lambda value, low: _greater(low, value),
    "cos": np.cos,
    "cosh": np.cosh,
    "deg": lambda value: value * 180 / np.pi,
    "exp": np.exp,
    "floor": np.floor,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "rad": lambda value: value * np.pi / 180,
    "round": _round_half_up,
    "sgn": _sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}
