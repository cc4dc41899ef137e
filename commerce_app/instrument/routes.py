"""The routes that are measured, and every way each can end."""

import re
from dataclasses import dataclass

from commerce_app.errors import ErrorType

Outcome = tuple[int, str]

FAILURES: tuple[Outcome, ...] = (
    (500, ErrorType.INTERNAL),
    (503, ErrorType.DEPENDENCY),
    (503, ErrorType.LOAD_SHED),
    (504, ErrorType.TIMEOUT),
)
READ: tuple[Outcome, ...] = ((200, ""), (404, ""), (422, ""), *FAILURES)
WRITE: tuple[Outcome, ...] = (
    (201, ""), (400, ""), (404, ""), (408, ""), (409, ""), (413, ""), (422, ""),
    (429, ErrorType.RATE_LIMITED), *FAILURES,
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """A method, the path's template as the label shows it, and (status, error_type) pairs."""

    method: str
    path: str
    outcomes: tuple[Outcome, ...]

    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path))


ROUTES = (
    Route("GET", "/products", READ),
    Route("GET", "/products/popular", READ),
    Route("GET", "/products/ranking", READ),
    Route("GET", "/products/{product_id}", READ),
    Route("GET", "/products/{product_id}/bought-together", READ),
    Route("POST", "/orders", WRITE),
    Route("POST", "/coupons/{coupon_id}/claim", WRITE),
    Route("POST", "/wallets/{user_id}/charge", WRITE),
    Route("GET", "/wallets/{user_id}", (*READ, (400, ""))),
    Route("GET", "/users/{user_id}/orders", (*READ, (400, ""), (429, ErrorType.RATE_LIMITED))),
)
_PATTERNS = tuple((route.method, route.pattern(), route) for route in ROUTES)


def match_route(method: str, path: str) -> Route | None:
    """The measured route of a request; None for health, metrics, switches and unknown paths."""
    for wanted, pattern, route in _PATTERNS:
        if method == wanted and pattern.fullmatch(path):
            return route
    return None
