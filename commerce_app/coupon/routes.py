"""POST /coupons/{coupon_id}/claim."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from commerce_app.coupon.service import Coupons
from commerce_app.idempotency.header import request_key
from commerce_app.numbers import Number
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.rate_profiles import CLAIMS
from commerce_app.resilience.rates import Rates


class ClaimRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Number


def coupon_routes(
    coupons: Coupons,
    rates: Rates,
    now: Callable[[], datetime],
    deadline_seconds: float,
    read_key: Callable[[Request], str | None],
) -> APIRouter:
    """Routes of claiming."""
    router = APIRouter()

    @router.post("/coupons/{coupon_id}/claim")
    async def claim(
        coupon_id: Number, request: ClaimRequest, key: Annotated[str | None, Depends(read_key)]
    ) -> Response:
        asked = request_key(key, f"claim/{coupon_id}", request.user_id, request)
        async with deadline(deadline_seconds):
            await rates.admit(CLAIMS, request.user_id)
            answer = await coupons.claim(coupon_id, request.user_id, now(), asked)
        return answer.response()

    return router
