"""POST /wallets/{user_id}/charge."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from commerce_app.idempotency.header import request_key
from commerce_app.resilience.deadline import deadline
from commerce_app.wallet.service import Wallets


class ChargeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=1_000, le=100_000, multiple_of=10)]


def wallet_routes(
    wallets: Wallets,
    now: Callable[[], datetime],
    deadline_seconds: float,
    read_key: Callable[[Request], str | None],
) -> APIRouter:
    """Routes of charging."""
    router = APIRouter()

    @router.post("/wallets/{user_id}/charge")
    async def charge(
        user_id: int, request: ChargeRequest, key: Annotated[str | None, Depends(read_key)]
    ) -> Response:
        asked = request_key(key, "charge", user_id, request)
        async with deadline(deadline_seconds):
            answer = await wallets.charge(user_id, request.amount, now(), asked)
        return answer.response()

    return router
