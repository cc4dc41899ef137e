"""A campaign file: what a banner will bring, and what must stand before it is shown."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import httpx
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import ErrorDetails

from commerce_app.numbers import Number
from commerce_app.prelaunch.errors import CampaignError
from commerce_app.yaml_file import read_model, told

PRODUCTS_LIMIT = 1_000
LONGEST_NAME, LONGEST_TOLD = 200, 100
# As in the protected act of the drill banner-spike.
PROTECTIONS = (
    "redis_fast_timeouts",
    "single_flight",
    "local_tier",
    "stale_while_revalidate",
    "ttl_extended",
    "early_refresh",
    "circuit_breaker",
    "load_shedding",
)
LIMITS = ("rate_limits", "spike_profile")
Positive = Annotated[float, Field(gt=0)]


def _http(url: str) -> str:
    if not _is_http(url):
        raise ValueError(f"expected http://HOST[:PORT], got {url[:LONGEST_TOLD]!a}")
    return url.rstrip("/")


def _is_http(url: str) -> bool:
    if not url.isprintable() or " " in url:
        return False
    try:
        parts, taken = urlsplit(url), httpx.URL(url)
        port = parts.port
    except (ValueError, httpx.InvalidURL):
        return False
    plain = not parts.query and not parts.fragment and not url.endswith(("?", "#"))
    return parts.scheme in {"http", "https"} and bool(taken.host.strip(".")) and port != 0 and plain


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("expected text in one line, without control or format characters")
    return text.strip()


Url = Annotated[str, AfterValidator(_http)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ExpectedRps(_Part):
    """Requests a second on a day like any other, and how many times that the banner brings."""

    normal: Positive
    factor: Annotated[float, Field(ge=1)]

    @property
    def peak(self) -> float:
        return self.normal * self.factor


class BannerProduct(_Part):
    """``pieces``: as many must be in stock."""

    id: Number
    pieces: Annotated[int, Field(ge=1)]


class BannerCoupon(_Part):
    """``claims``: as many must be left."""

    id: Number
    claims: Annotated[int, Field(ge=1)]


class ShopAccess(_Part):
    """``admin_token_env``: the environment variable that holds the token of ``/admin``."""

    url: Url
    admin_token_env: str = "ADMIN_TOKEN"  # noqa: S105  the variable's name


class FirelineAccess(_Part):
    """``low_budget``: the share of an error budget (0–1) below which it is too low for a banner."""

    url: Url
    low_budget: Annotated[float, Field(ge=0, le=1)] = 0.1


class DrillRecord(_Part):
    """``results``: the ``drills.json`` of ``fireline drill all``, relative to the campaign file."""

    results: Path
    needed: Annotated[tuple[str, ...], Field(min_length=1)] = ("banner-spike",)
    max_age_days: Positive = 7.0


class Bounds(_Part):
    """``prewarm_minutes``: how long before the start keys may be warmed, so that they last."""

    prewarm_minutes: Positive = 30.0
    replica_lag_seconds: Positive = 5.0
    redis_mean_seconds: Positive = 0.05
    stale_age_seconds: Positive = 60.0


class Campaign(_Part):
    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_one_line)]
    starts_at: AwareDatetime
    expected_rps: ExpectedRps
    products: Annotated[tuple[BannerProduct, ...], Field(min_length=1, max_length=PRODUCTS_LIMIT)]
    coupon: BannerCoupon | None = None
    shop: ShopAccess
    fireline: FirelineAccess
    drills: DrillRecord
    protections: tuple[str, ...] = PROTECTIONS
    bounds: Bounds = Bounds()

    @property
    def product_ids(self) -> tuple[int, ...]:
        return tuple(product.id for product in self.products)

    @model_validator(mode="after")
    def _products_differ(self) -> Self:
        if len(set(self.product_ids)) < len(self.products):
            raise ValueError("products: expected each id once")
        return self


def load_campaign(path: Path) -> Campaign:
    """A campaign from its YAML file; its drill results are then an absolute path.

    Raises:
        CampaignError: naming file, key and what was expected.
    """
    campaign = read_model(path, Campaign, CampaignError, _complaint)
    drills = campaign.drills.model_copy(update={"results": path.parent / campaign.drills.results})
    return campaign.model_copy(update={"drills": drills})


def _complaint(problem: ErrorDetails) -> str:
    key = _spelt(problem["loc"]) or "(whole file)"
    if problem["type"] == "extra_forbidden":
        model = _model_at(problem["loc"][:-1])
        return f"{key}: unknown key: expected one of {', '.join(model.model_fields)}"
    if problem["type"] == "missing":
        return f"{key}: needed, and not there"
    if problem["type"].startswith(("timezone", "datetime")):
        return f"{key}: expected a time with its offset, such as 2026-09-03T10:00:00+09:00"
    return f"{key}: {told(problem['msg'].removeprefix('Value error, '))}"


def _spelt(place: Iterable[str | int]) -> str:
    return told(".".join(str(part) for part in place))


def _model_at(place: Iterable[str | int]) -> type[BaseModel]:
    """The model whose key was not expected."""
    parts: dict[str, type[BaseModel]] = {
        "expected_rps": ExpectedRps,
        "products": BannerProduct,
        "coupon": BannerCoupon,
        "shop": ShopAccess,
        "fireline": FirelineAccess,
        "drills": DrillRecord,
        "bounds": Bounds,
    }
    first = next(iter(place), None)
    return Campaign if first is None else parts[str(first)]
