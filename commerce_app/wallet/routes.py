"""POST /wallets/{user_id}/charge and GET /wallets/{user_id}."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from commerce_app.idempotency.header import request_key
from commerce_app.numbers import Number
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.rate_profiles import CHARGES
from commerce_app.resilience.rates import Rates
from commerce_app.responses import json_response
from commerce_app.wallet.account import Accounts
from commerce_app.wallet.service import Wallets


class ChargeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=1_000, le=100_000, multiple_of=10)]


def wallet_routes(
    wallets: Wallets,
    rates: Rates,
    now: Callable[[], datetime],
    deadline_seconds: float,
    read_key: Callable[[Request], str | None],
) -> APIRouter:
    """Routes of charging."""
    router = APIRouter()

    @router.post("/wallets/{user_id}/charge")
    async def charge(
        user_id: Number, request: ChargeRequest, key: Annotated[str | None, Depends(read_key)]
    ) -> Response:
        asked = request_key(key, "charge", user_id, request)
        async with deadline(deadline_seconds):
            await rates.admit(CHARGES, user_id)
            answer = await wallets.charge(user_id, request.amount, now(), asked)
        return answer.response()

    return router


def account_routes(
    accounts: Accounts, deadline_seconds: float, read_wrote_at: Callable[[Request], float | None]
) -> APIRouter:
    """Routes of looking at what is there."""
    router = APIRouter()

    @router.get("/wallets/{user_id}")
    async def show(user_id: Number, wrote_at: Annotated[float | None, Depends(read_wrote_at)]) -> Response:
        async with deadline(deadline_seconds):
            return json_response(await accounts.show(user_id, wrote_at))

    return router
