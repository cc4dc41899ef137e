"""What the checklist does to a shop: warms it, reads its pages, and asks how it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from commerce_app.prelaunch.exposition import Page, increase
from commerce_app.prelaunch.observed import PageState, Prewarmed, Supplies
from commerce_app.prelaunch.shop_metrics import page_state
from commerce_app.prelaunch.web import UnansweredError, ask, ask_json

AUTHOR = "prelaunch"
PREWARM_SECONDS = 70.0
# Of a page whose answer other customers' reads hide.
LOOKS = 3
POPULAR_KEYS = 1


class ShopProbe:
    """Each method raises UnansweredError where the shop does not answer as it should."""

    def __init__(self, client: httpx.Client, url: str, token: str | None) -> None:
        self._client = client
        self._url = url
        self._admin = {"Authorization": f"Bearer {token}"} if token else {}

    def metrics(self) -> Page:
        url = f"{self._url}/metrics"
        try:
            return Page.parse(ask(self._client, "GET", url).text)
        except ValueError as error:
            raise UnansweredError(f"{url}: expected metrics: {error}") from error

    def switches(self) -> Mapping[str, bool | None]:
        """Each switch's state; None where the shop cannot tell."""
        found = ask_json(self._client, "GET", f"{self._url}/admin/switches", headers=self._admin)
        return {name: state for name, state in found.items() if state is None or isinstance(state, bool)}

    def prewarm(self, campaign: str, product_ids: Sequence[int], *, extras: bool) -> Prewarmed:
        """Load the banner's keys; the shop posts it as an event."""
        before = self.metrics()
        warmed: dict[str, int] = ask_json(
            self._client,
            "POST",
            f"{self._url}/admin/prewarm",
            json={"product_ids": list(product_ids), "author": AUTHOR, "reason": campaign},
            headers=self._admin,
            timeout=PREWARM_SECONDS,
        )
        unstored = increase(before, self.metrics(), "cache_store_failures_total")
        wanted = POPULAR_KEYS + len(product_ids) * (2 if extras else 1)
        return Prewarmed(warmed["warmed"], wanted, int(unstored))

    def read(self, product_id: int, *, extras: bool) -> PageState:
        """How the shop answers a customer who asks for the page."""
        caches = ("product", "extras") if extras else ("product",)
        state = PageState.UNCLEAR
        for _ in range(LOOKS):
            before = self.metrics()
            try:
                ask(self._client, "GET", f"{self._url}/products/{product_id}")
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
        found = ask_json(
            self._client, "GET", f"{self._url}/admin/supplies", params=asked, headers=self._admin
        )
        coupon = found["coupon"] or {}
        stock = {int(product_id): available for product_id, available in found["stock"].items()}
        return Supplies(stock, coupon.get("available"), coupon.get("expires_at"))
