"""GET /products and what is under it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from commerce_app.numbers import Number
from commerce_app.product.service import Products
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.rate_profiles import CATALOGUE, PAGES, POPULAR, RANKING, TOGETHER
from commerce_app.resilience.rates import Rates
from commerce_app.responses import json_response

# The number of the last product shown.
Cursor = Annotated[int, Query(ge=0, le=2**31 - 1)]


def product_routes(products: Products, rates: Rates, deadline_seconds: float) -> APIRouter:
    """Routes of the pages of products."""
    router = APIRouter()

    @router.get("/products")
    async def catalogue(category: Number | None = None, cursor: Cursor = 0) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(CATALOGUE)
            return json_response(await products.catalogue(category, cursor))

    @router.get("/products/popular")
    async def popular() -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(POPULAR)
            return json_response(await products.popular())

    @router.get("/products/ranking")
    async def ranking(category: Number | None = None) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(RANKING)
            return json_response(await products.ranking(category))

    @router.get("/products/{product_id}")
    async def detail(product_id: Number) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(PAGES)
            return json_response(await products.page(product_id))

    @router.get("/products/{product_id}/bought-together")
    async def together(product_id: Number) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(TOGETHER)
            return json_response(await products.together(product_id))

    return router
