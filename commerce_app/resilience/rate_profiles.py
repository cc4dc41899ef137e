"""Rate limits as data: what a route carries and a user may ask of it, on normal days and in a spike."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class RouteRate:
    """``per_second`` on average, of which ``burst`` may come at once."""

    per_second: float
    burst: int


@dataclass(frozen=True)
class UserRate:
    """``count`` in any ``window_seconds``."""

    count: int
    window_seconds: float


@dataclass(frozen=True)
class RouteLimits:
    """Pages know no user."""

    route: RouteRate
    user: UserRate | None = None


class Profile(StrEnum):
    NORMAL = "normal"
    SPIKE = "spike"


ORDERS = "/orders"
CLAIMS = "/coupons/{coupon_id}/claim"
CHARGES = "/wallets/{user_id}/charge"
PAGES = "/products/{product_id}"
POPULAR = "/products/popular"
CATALOGUE = "/products"
RANKING = "/products/ranking"
TOGETHER = "/products/{product_id}/bought-together"
HISTORY = "/users/{user_id}/orders"

# The shop's policies, an order a second and three claims a minute, hold in every profile.
ORDER_RATE = UserRate(1, 1)
CLAIM_RATE = UserRate(3, 60)

# A spike gives way to pages and orders: what can wait a quarter of an hour may come a third as often.
PROFILES: Mapping[Profile, Mapping[str, RouteLimits]] = {
    Profile.NORMAL: {
        ORDERS: RouteLimits(RouteRate(100, 200), ORDER_RATE),
        CLAIMS: RouteLimits(RouteRate(60, 120), CLAIM_RATE),
        CHARGES: RouteLimits(RouteRate(60, 120), UserRate(10, 60)),
        PAGES: RouteLimits(RouteRate(1000, 2000)),
        POPULAR: RouteLimits(RouteRate(300, 600)),
        CATALOGUE: RouteLimits(RouteRate(300, 600)),
        RANKING: RouteLimits(RouteRate(300, 600)),
        TOGETHER: RouteLimits(RouteRate(300, 600)),
        HISTORY: RouteLimits(RouteRate(100, 200), UserRate(30, 60)),
    },
    Profile.SPIKE: {
        ORDERS: RouteLimits(RouteRate(60, 60), ORDER_RATE),
        CLAIMS: RouteLimits(RouteRate(20, 20), CLAIM_RATE),
        CHARGES: RouteLimits(RouteRate(20, 20), UserRate(3, 60)),
        PAGES: RouteLimits(RouteRate(500, 500)),
        POPULAR: RouteLimits(RouteRate(100, 100)),
        CATALOGUE: RouteLimits(RouteRate(100, 100)),
        RANKING: RouteLimits(RouteRate(100, 100)),
        TOGETHER: RouteLimits(RouteRate(100, 100)),
        HISTORY: RouteLimits(RouteRate(50, 50), UserRate(10, 60)),
    },
}
