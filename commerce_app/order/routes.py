"""POST /orders."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from commerce_app.order.service import Cart, Orders

ITEMS_LIMIT = 30
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    product_id: Number
    quantity: Annotated[int, Field(ge=1, le=10)]


class OrderRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Number
    items: Annotated[list[Item], Field(min_length=1, max_length=ITEMS_LIMIT)]
    coupon_id: Number | None = None

    @model_validator(mode="after")
    def _check_items(self) -> Self:
        if len({item.product_id for item in self.items}) < len(self.items):
            raise ValueError("a product may stand in one item only")
        if sum(item.quantity for item in self.items) > ITEMS_LIMIT:
            raise ValueError(f"an order holds at most {ITEMS_LIMIT} pieces")
        return self

    def cart(self) -> Cart:
        return Cart(self.user_id, {item.product_id: item.quantity for item in self.items}, self.coupon_id)


class OrderAnswer(BaseModel):
    order_id: int
    subtotal: int
    discount: int
    total: int


def order_routes(orders: Orders, now: Callable[[], datetime]) -> APIRouter:
    """Routes of ordering."""
    router = APIRouter()

    @router.post("/orders", status_code=201)
    async def create(request: OrderRequest) -> OrderAnswer:
        placed = await orders.place(request.cart(), now())
        bill = placed.bill
        return OrderAnswer(
            order_id=placed.order_id, subtotal=bill.subtotal, discount=bill.discount, total=bill.total
        )

    return router
