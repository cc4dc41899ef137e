"""A campaign that is ready, and what is seen when it is."""

from datetime import UTC, datetime

from commerce_app.prelaunch.campaign import LIMITS, PROTECTIONS, Campaign
from commerce_app.prelaunch.observed import (
    Drilled,
    Observed,
    PageState,
    Prewarmed,
    RedisHealth,
    StaleAges,
    Supplies,
)

STARTS_AT = datetime(2025, 9, 3, 1, 0, tzinfo=UTC)
AT = STARTS_AT.timestamp() - 600
CONTENT = {
    "name": "autumn",
    "starts_at": STARTS_AT.isoformat(),
    "expected_rps": {"normal": 68, "factor": 4},
    "products": [{"id": 1, "pieces": 500}, {"id": 2, "pieces": 300}],
    "coupon": {"id": 1, "claims": 500},
    "shop": {"url": "http://shop"},
    "fireline": {"url": "http://fireline"},
    "drills": {"results": "drills.json"},
}


def campaign(**changes):
    return Campaign.model_validate({**CONTENT, **changes})


def slo(remaining=0.8, state="ok", reason="within budget"):
    status = {"budget_remaining": remaining, "state": state, "reason": reason}
    return {"service": "order", "name": "availability", "status": status}


def ready(**changes):
    seen = {
        "at": AT,
        "switches": dict.fromkeys((*PROTECTIONS, *LIMITS), True),
        "prewarmed": Prewarmed(keys=5, wanted=5, unstored=0),
        "pages": {1: PageState.WARM, 2: PageState.WARM},
        "supplies": Supplies({1: 500, 2: 300}, 500, STARTS_AT.timestamp() + 1),
        "redis": RedisHealth(calls=9, mean_seconds=0.002, errors=0, breaker_closed=True),
        "replica_behind_seconds": 0.2,
        "stale": StaleAges(answers=4, older=0, bound_seconds=60),
        "slos": (slo(),),
        "drills": {"banner-spike": Drilled(True, AT - 86_400, 272)},
    }
    return Observed(**{**seen, **changes})
