"""Burn-rate policies as data: the tiers at which an SLO pages or tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from alerts.documents import Seconds, Strict, Window, read_document
from alerts.errors import SpecError
from collector.redaction import shortened

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
    """period_seconds: of the SLOs that its shares of the budget are meant for; None for any."""

    name: str
    tiers: tuple[Tier, ...]
    period_seconds: float | None = None

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


_TOLD_APART_BY = {"alertname", "service", "slo", "tier"}


def _own_labels(labels: dict[str, str]) -> dict[str, str]:
    for name in labels:
        if name in _TOLD_APART_BY or name.startswith(("sloth_", "__")):
            raise ValueError(f"expected other labels than {name}, which says whose an alert is")
    return labels


LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]


class _TierFile(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    long: Window
    short: Window | None = None
    budget_share: Annotated[float, BeforeValidator(_share)]
    severity: Severity
    for_: Seconds = Field(0.0, alias="for")
    keep_firing_for: Seconds = 0.0
    min_error_ratio: float = Field(0.0, ge=0, lt=1)
    min_bad_events: int = Field(0, ge=0, le=1_000_000_000)
    labels: Annotated[dict[LabelName, str], AfterValidator(_own_labels)] = Field(default_factory=dict)

    def tier(self) -> Tier:
        return Tier(
            self.name,
            self.long,
            self.long if self.short is None else self.short,
            self.budget_share,
            self.severity,
            self.for_,
            self.keep_firing_for,
            self.min_error_ratio,
            self.min_bad_events,
            self.labels,
        )


class _PolicyFile(Strict):
    name: str
    description: str = ""
    tiers: list[_TierFile] = Field(min_length=1)


class _SlothWindow(Strict):
    error_budget_percent: float = Field(alias="errorBudgetPercent", ge=100 * LEAST_SHARE, le=100)
    short_window: Window = Field(alias="shortWindow")
    long_window: Window = Field(alias="longWindow")

    def tier(self, severity: Severity, pace: str) -> Tier:
        share = round(self.error_budget_percent / 100, 12)
        return Tier(f"{severity}-{pace}", self.long_window, self.short_window, share, severity)


class _SlothPaces(Strict):
    quick: _SlothWindow
    slow: _SlothWindow

    def tiers(self, severity: Severity) -> tuple[Tier, ...]:
        return self.quick.tier(severity, "quick"), self.slow.tier(severity, "slow")


class _SlothWindows(Strict):
    slo_period: Window = Field(alias="sloPeriod")
    page: _SlothPaces
    ticket: _SlothPaces


class _AlertWindowsFile(Strict):
    """Sloth's catalogue of windows: https://github.com/slok/sloth, pkg/prometheus/alertwindows/v1."""

    api_version: Literal["sloth.slok.dev/v1"] = Field(alias="apiVersion")
    kind: Literal["AlertWindows"]
    spec: _SlothWindows


def load_policy(name_or_path: str) -> Policy:
    """A built-in policy by its name, or a file by its path: a policy, or Sloth's kind ``AlertWindows``.

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
    document, single = read_document(path), set[str]()
    if "kind" in document.content:
        spec = document.parse(_AlertWindowsFile).spec
        tiers = (*spec.page.tiers("page"), *spec.ticket.tiers("ticket"))
        policy = Policy(path.stem, tiers, spec.slo_period)
    else:
        content = document.parse(_PolicyFile)
        policy = Policy(content.name, tuple(tier.tier() for tier in content.tiers))
        single = {tier.name for tier in content.tiers if tier.short is None}
    seen: set[str] = set()
    for tier in policy.tiers:
        if tier.short_seconds >= tier.long_seconds and tier.name not in single:
            raise SpecError(f"{document.place}: tiers: {tier.name}: expected short below long")
        if tier.name in seen:
            raise SpecError(f"{document.place}: tiers: {tier.name}: expected a name used once")
        seen.add(tier.name)
    return policy
