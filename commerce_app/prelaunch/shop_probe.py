"""What the checklist does to a shop: warms it, reads its pages, and asks how it is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from commerce_app.prelaunch.errors import TokenError, UnansweredError
from commerce_app.prelaunch.exposition import Page, increase
from commerce_app.prelaunch.observed import PageState, Prewarmed, Supplies
from commerce_app.prelaunch.shop_metrics import page_state
from commerce_app.prelaunch.web import Web, one_line, shaped

AUTHOR = "prelaunch"
PREWARM_SECONDS = 70.0
UNAUTHORIZED = 401
# Of a page whose answer other customers' reads hide.
LOOKS = 3
POPULAR_KEYS = 1


class _Answer(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


class _Warmed(_Answer):
    warmed: int


class _Coupon(_Answer):
    available: int
    expires_at: float


class _Supplies(_Answer):
    stock: dict[Annotated[str, Field(pattern=r"^[0-9]{1,10}$")], int]
    coupon: _Coupon | None


class ShopProbe:
    """Each method raises UnansweredError where the shop does not answer as it should."""

    def __init__(self, web: Web, url: str, token: str | None) -> None:
        self._web = web
        self._url = url
        self._admin = {"Authorization": f"Bearer {token}"} if token else {}

    def metrics(self) -> Page:
        url = f"{self._url}/metrics"
        try:
            return Page.parse(self._web.ask("GET", url).decode())
        except ValueError as error:
            raise UnansweredError(f"{url}: expected metrics: {one_line(str(error))}") from error

    def switches(self) -> Mapping[str, bool | None]:
        """Each switch's state; None where the shop cannot tell. Raises TokenError where it lets nobody in."""
        url = f"{self._url}/admin/switches"
        try:
            answer = self._web.ask_json("GET", url, headers=self._admin)
        except UnansweredError as error:
            if error.status == UNAUTHORIZED:
                raise TokenError(self._url) from error
            raise
        found = shaped(dict[str, Any], answer, url)
        return {name: state for name, state in found.items() if state is None or isinstance(state, bool)}

    def prewarm(self, campaign: str, product_ids: Sequence[int], *, extras: bool) -> Prewarmed:
        """Load the banner's keys; the shop posts it as an event."""
        before = self.metrics()
        url = f"{self._url}/admin/prewarm"
        told = self._web.ask_json(
            "POST",
            url,
            json={"product_ids": list(product_ids), "author": AUTHOR, "reason": campaign},
            headers=self._admin,
            seconds=PREWARM_SECONDS,
        )
        warmed: _Warmed = shaped(_Warmed, told, url)
        unstored = increase(before, self.metrics(), "cache_store_failures_total")
        wanted = POPULAR_KEYS + len(product_ids) * (2 if extras else 1)
        return Prewarmed(warmed.warmed, wanted, int(unstored))

    def read(self, product_id: int, *, extras: bool) -> PageState:
        """How the shop answers a customer who asks for the page."""
        caches = ("product", "extras") if extras else ("product",)
        state = PageState.UNCLEAR
        for _ in range(LOOKS):
            before = self.metrics()
            try:
                self._web.ask("GET", f"{self._url}/products/{product_id}")
            except UnansweredError:
                return PageState.COLD
            state = page_state(before, self.metrics(), caches)
            if state is not PageState.UNCLEAR:
                break
        return state

    def supplies(self, product_ids: Sequence[int], coupon_id: int | None) -> Supplies:
        asked: dict[str, Any] = {"product_id": list(product_ids)}
        if coupon_id is not None:
            asked["coupon_id"] = coupon_id
        url = f"{self._url}/admin/supplies"
        found: _Supplies = shaped(
            _Supplies, self._web.ask_json("GET", url, params=asked, headers=self._admin), url
        )
        stock = {int(product_id): available for product_id, available in found.stock.items()}
        if found.coupon is None:
            return Supplies(stock)
        return Supplies(stock, found.coupon.available, found.coupon.expires_at)
