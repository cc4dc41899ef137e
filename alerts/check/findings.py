"""What is wrong, or may be."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """``rule`` names the check; ``message`` names the SLO and the tier."""

    level: Level
    rule: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"level": self.level, "rule": self.rule, "message": self.message}
