"""Whether a notice goes out while the incident lasts, or when it is over."""

from enum import StrEnum

from postmortem.public.told import Told


class Phase(StrEnum):
    DURING = "during"
    AFTER = "after"


def phase_of(told: Told) -> Phase:
    """After is when people closed the incident: that samples look well again does not end it."""
    return Phase.DURING if told.is_open else Phase.AFTER
