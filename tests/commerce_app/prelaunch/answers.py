"""A shop and a Fireline that answer without a network; nothing is served."""

import json

import httpx

from commerce_app.prelaunch.web import Web
from tests.commerce_app.prelaunch.campaigns import slo

METRICS = b"""
circuit_breaker_state{name="redis",state="closed"} 1
db_client_operation_duration_seconds_count{server="redis"} 4
db_client_operation_duration_seconds_sum{server="redis"} 0.1
db_replica_behind_seconds 0
cache_stale_age_seconds_bucket{le="60"} 0
cache_stale_age_seconds_bucket{le="+Inf"} 0
"""
SHOP_ANSWERS = {
    "/metrics": METRICS,
    "/admin/switches": {"local_tier": True},
    "/admin/prewarm": {"warmed": 5},
    "/admin/supplies": {"stock": {"1": 500}, "coupon": {"available": 5, "expires_at": 1e9}},
    "/products/1": {},
    "/products/2": {},
    "/api/v1/slos": [slo()],
}


def web(answers, clock=lambda: 0.0):
    """``answers`` by path: bytes, what is to be JSON, a response, or an exception."""

    def answer(request):
        found = answers[request.url.path]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        content = found if isinstance(found, bytes) else json.dumps(found).encode()
        return httpx.Response(200, content=content)

    return Web(httpx.AsyncClient(transport=httpx.MockTransport(answer)), clock)
