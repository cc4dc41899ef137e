"""POST /coupons/{coupon_id}/claim."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from commerce_app.coupon.service import Coupons
from commerce_app.resilience.deadline import deadline


class ClaimRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ClaimAnswer(BaseModel):
    coupon_id: int
    user_id: int
    left: int


def coupon_routes(coupons: Coupons, now: Callable[[], datetime], deadline_seconds: float) -> APIRouter:
    """Routes of claiming."""
    router = APIRouter()

    @router.post("/coupons/{coupon_id}/claim", status_code=201)
    async def claim(coupon_id: int, request: ClaimRequest) -> ClaimAnswer:
        async with deadline(deadline_seconds):
            left = await coupons.claim(coupon_id, request.user_id, now())
        return ClaimAnswer(coupon_id=coupon_id, user_id=request.user_id, left=left)

    return router
