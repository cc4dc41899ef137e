"""GET /products/popular and GET /products/{product_id}."""

from fastapi import APIRouter
from starlette.responses import Response

from commerce_app.product.service import Products
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.rate_profiles import PAGES, POPULAR
from commerce_app.resilience.rates import Rates
from commerce_app.responses import json_response


def product_routes(products: Products, rates: Rates, deadline_seconds: float) -> APIRouter:
    """Routes of the two product pages."""
    router = APIRouter()

    @router.get("/products/popular")
    async def popular() -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(POPULAR)
            return json_response(await products.popular())

    @router.get("/products/{product_id}")
    async def detail(product_id: int) -> Response:
        async with deadline(deadline_seconds):
            await rates.admit(PAGES)
            return json_response(await products.page(product_id))

    return router
