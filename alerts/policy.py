"""Burn-rate policies as data: the tiers at which an SLO pages or tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from alerts.documents import Seconds, Strict, Window, read_document, shortened
from alerts.errors import SpecError

BUILT_IN = Path(__file__).parent / "policies"

LEAST_SHARE = 1e-9  # of a budget; below it there is no burn rate to compare with
Severity = Literal["page", "ticket"]
LEAST_HANG_SECONDS = (
    300.0  # Prometheus scrapes each minute unless told otherwise: two samples and some to spare
)


@dataclass(frozen=True)
class Tier:
    """Fires while both windows burn the budget faster than the factor that its share of the budget implies.

    budget_share: share of the period's budget that is gone once the long window has burnt at the factor.
    min_error_ratio: the tier is silent below this share of bad events, whatever the objective.
    min_bad_events: and below this many bad events in the long window.
    labels: of the tier's alert, over what others have.
    """

    name: str
    long_seconds: float
    short_seconds: float
    budget_share: float
    severity: Severity
    for_seconds: float = 0.0
    keep_firing_seconds: float = 0.0
    min_error_ratio: float = 0.0
    min_bad_events: int = 0
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Policy:
    name: str
    tiers: tuple[Tier, ...]

    def with_severity(self, severity: Severity) -> tuple[Tier, ...]:
        return tuple(tier for tier in self.tiers if tier.severity == severity)

    @property
    def hang_seconds(self) -> float:
        """Over how long nothing may complete before requests in flight count as hanging."""
        return max(LEAST_HANG_SECONDS, min((tier.short_seconds for tier in self.tiers), default=0.0))


def _share(value: object) -> float:
    try:
        share = Fraction(value) if isinstance(value, int | float | str) else 0
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"expected a share such as 0.02 or 1/600, found {shortened(value)}") from error
    if not LEAST_SHARE <= share <= 1:
        raise ValueError(f"expected a share above 0 and up to 1, found {shortened(value)}")
    return float(share)


class _TierFile(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    long: Window
    short: Window
    budget_share: Annotated[float, BeforeValidator(_share)]
    severity: Severity
    for_: Seconds = Field(0.0, alias="for")
    keep_firing_for: Seconds = 0.0
    min_error_ratio: float = Field(0.0, ge=0, lt=1)
    min_bad_events: int = Field(0, ge=0, le=1_000_000_000)

    def tier(self) -> Tier:
        return Tier(
            self.name,
            self.long,
            self.short,
            self.budget_share,
            self.severity,
            self.for_,
            self.keep_firing_for,
            self.min_error_ratio,
            self.min_bad_events,
        )


class _PolicyFile(Strict):
    name: str
    description: str = ""
    tiers: list[_TierFile] = Field(min_length=1)


def load_policy(name_or_path: str) -> Policy:
    """A built-in policy by its name, or a policy file by its path (it ends in .yml or .yaml).

    Raises:
        SpecError: for an unknown name or a file that is wrong.
    """
    path = Path(name_or_path)
    if path.suffix in {".yml", ".yaml"}:
        return _read_policy(path)
    if name_or_path not in built_in_names():
        expected = ", ".join(built_in_names())
        raise SpecError(f"policy {name_or_path!r}: expected one of {expected}, or the path of a .yml file")
    return _read_policy(BUILT_IN / f"{name_or_path}.yml")


def built_in_names() -> list[str]:
    """The policies that ship with Fireline."""
    return sorted(path.stem for path in BUILT_IN.glob("*.yml"))


def _read_policy(path: Path) -> Policy:
    document = read_document(path)
    content = document.parse(_PolicyFile)
    seen: set[str] = set()
    for tier in content.tiers:
        if tier.short >= tier.long:
            raise SpecError(f"{document.place}: tiers: {tier.name}: expected short below long")
        if tier.name in seen:
            raise SpecError(f"{document.place}: tiers: {tier.name}: expected a name used once")
        seen.add(tier.name)
    return Policy(content.name, tuple(tier.tier() for tier in content.tiers))
