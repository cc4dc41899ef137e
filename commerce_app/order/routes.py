"""POST /orders and GET /users/{user_id}/orders."""

from collections.abc import Callable
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from commerce_app.idempotency.header import request_key
from commerce_app.numbers import Number
from commerce_app.order.bill import Cart
from commerce_app.order.history import OrderHistory
from commerce_app.order.service import Orders
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.rate_profiles import HISTORY
from commerce_app.resilience.rates import Rates
from commerce_app.responses import json_response

ITEMS_LIMIT = 30


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    product_id: Number
    quantity: Annotated[int, Field(ge=1, le=10)]


class OrderRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Number
    items: Annotated[list[Item], Field(min_length=1, max_length=ITEMS_LIMIT)]
    coupon_id: Number | None = None
    expected_total: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _check_items(self) -> Self:
        if len({item.product_id for item in self.items}) < len(self.items):
            raise ValueError("a product may stand in one item only")
        if sum(item.quantity for item in self.items) > ITEMS_LIMIT:
            raise ValueError(f"an order holds at most {ITEMS_LIMIT} pieces")
        return self

    def cart(self) -> Cart:
        quantities = {item.product_id: item.quantity for item in self.items}
        return Cart(self.user_id, quantities, self.coupon_id, self.expected_total)


def order_routes(orders: Orders, read_key: Callable[[Request], str | None]) -> APIRouter:
    """Routes of ordering."""
    router = APIRouter()

    @router.post("/orders")
    async def create(request: OrderRequest, key: Annotated[str | None, Depends(read_key)]) -> Response:
        answer = await orders.place(request.cart(), request_key(key, "order", request.user_id, request))
        return answer.response()

    return router


def history_routes(
    history: OrderHistory,
    rates: Rates,
    deadline_seconds: float,
    read_wrote_at: Callable[[Request], float | None],
) -> APIRouter:
    """Routes of looking at one's orders."""
    router = APIRouter()

    @router.get("/users/{user_id}/orders")
    async def show(user_id: Number, wrote_at: Annotated[float | None, Depends(read_wrote_at)]) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(HISTORY, user_id)
            return json_response(await history.show(user_id, wrote_at))

    return router
