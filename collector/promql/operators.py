"""The arithmetic and comparison operators on arrays of floats."""

from collections.abc import Callable

import numpy as np

from collector.promql.value import Mask
from collector.series import Values

ARITHMETIC: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    # np.power takes a root for 0.5, which makes NaN of -Inf where a power is Inf.
    "^": np.float_power,
    "atan2": np.arctan2,
}
COMPARISON: dict[str, Callable[[Values, Values], Mask]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}
SETS = frozenset({"and", "or", "unless"})
