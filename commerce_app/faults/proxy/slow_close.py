"""A connection that lingers."""

from dataclasses import dataclass, field
from typing import ClassVar

from commerce_app.faults.proxy.kind import Kind


@dataclass(frozen=True)
class SlowClose(Kind):
    """One side hears ``delay`` milliseconds later that the other has closed."""

    type: ClassVar[str] = "slow_close"
    delay: float = field(default=0.0, metadata={"unit": "ms"})

    def close_delay_seconds(self) -> float:
        return self.delay / 1000
