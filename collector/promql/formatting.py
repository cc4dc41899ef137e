"""How Prometheus spells a number in a label or a message."""

import math
from decimal import Decimal


def format_value(value: float) -> str:
    """The shortest digits that read back the same: Go's ``FormatFloat(v, 'f', -1, 64)``, no exponents."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")
