"""Objectives as formats write them, told apart where one is written for the other."""

from typing import Annotated

from pydantic import AfterValidator, Field

from alerts.slo import HIGHEST_OBJECTIVE


def _percent(value: float) -> float:
    """Nobody promises less than one per cent; many write 0.999 for 99.9."""
    if value <= 1:
        raise ValueError(f"expected per cent, such as 99.9, found {value:g}: {100 * value:g} is meant?")
    if value > 100 * HIGHEST_OBJECTIVE:
        meant = ": 100 % leaves nothing that may fail; promise less, such as 99.9" if value == 100 else ""
        raise ValueError(f"expected at most {100 * HIGHEST_OBJECTIVE:.10g}, found {value:g}{meant}")
    return value


def _share(value: float) -> float:
    if value > HIGHEST_OBJECTIVE:
        meant = f": {value / 100:g}, or targetPercent, is meant?" if 1 < value < 100 else ""
        meant = ": 100 % leaves nothing that may fail; promise less, such as 0.999" if value == 1 else meant
        raise ValueError(f"expected at most {HIGHEST_OBJECTIVE:.10g}, found {value:g}{meant}")
    return value


Percent = Annotated[float, Field(gt=0, allow_inf_nan=False), AfterValidator(_percent)]
"""Above 1 and below 100."""

Share = Annotated[float, Field(gt=0, allow_inf_nan=False), AfterValidator(_share)]
"""Above 0 and below 1."""
