"""POST /wallets/{user_id}/charge."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from commerce_app.resilience.deadline import deadline
from commerce_app.wallet.service import Wallets


class ChargeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(ge=1_000, le=100_000, multiple_of=10)]


class ChargeAnswer(BaseModel):
    user_id: int
    balance: int


def wallet_routes(wallets: Wallets, now: Callable[[], datetime], deadline_seconds: float) -> APIRouter:
    """Routes of charging."""
    router = APIRouter()

    @router.post("/wallets/{user_id}/charge", status_code=201)
    async def charge(user_id: int, request: ChargeRequest) -> ChargeAnswer:
        async with deadline(deadline_seconds):
            balance = await wallets.charge(user_id, request.amount, now())
        return ChargeAnswer(user_id=user_id, balance=balance)

    return router
