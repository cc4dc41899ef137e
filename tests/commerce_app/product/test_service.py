import asyncio
from types import SimpleNamespace

import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from commerce_app.errors import CircuitOpenError, DeadlineError, LoadShedError
from commerce_app.product.optional import OptionalFeatures
from commerce_app.product.service import Products
from commerce_app.resilience.gate import Work
from commerce_app.resilience.work import current_work, doing
from commerce_app.switches import Switch, Switches


class Kept:
    """A cache that has a value for every key, and notes for whose sake it was read."""

    def __init__(self, body):
        self.body = body
        self.works = []

    async def read(self, _key, _load):
        self.works.append(current_work())
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


class Never(Kept):
    async def read(self, _key, _load):
        await asyncio.Event().wait()


def products(extras, *switches):
    caches = SimpleNamespace(detail=Kept(b'{"product_id":7}'), extras=extras)
    loads = SimpleNamespace(detail=Kept(None).read, extras=Kept(None).read, together=Kept(None).read)
    return Products(loads, caches, OptionalFeatures(Switches(switches))), caches


async def test_the_extras_of_a_page_are_less_important_than_the_page():
    shown, caches = products(Kept(b'{"standing":null}'))
    with doing(Work.PAGES):
        page = await shown.page(7)
    assert orjson.loads(page) == {"product_id": 7, "extras": {"standing": None}, "missing": []}
    assert (caches.detail.works, caches.extras.works) == ([Work.PAGES], [Work.EXTRAS])


NOT_TO_BE_HAD = pytest.mark.parametrize(
    "error",
    [
        LoadShedError("loads", 1),
        CircuitOpenError("replica", 1),
        DeadlineError("late"),
        ConnectionResetError("replica"),
        DBAPIError("SELECT 1", {}, Exception("replica")),
    ],
)


@NOT_TO_BE_HAD
async def test_a_page_goes_without_extras_that_nobody_may_load(error):
    shown, _ = products(Kept(error))
    assert orjson.loads(await shown.page(7))["missing"] == ["ranking", "recommendations"]


@NOT_TO_BE_HAD
async def test_what_is_bought_together_is_null_where_it_cannot_be_had(error):
    shown, caches = products(Kept(None))
    caches.together = Kept(error)
    assert orjson.loads(await shown.together(7)) == {"product_id": 7, "products": None}


async def test_a_page_does_not_wait_for_what_comes_last(monkeypatch):
    monkeypatch.setattr("commerce_app.product.optional.EXTRAS_WAIT_SECONDS", 0.001)
    shown, _ = products(Never(None), Switch.PRIORITY_SHEDDING)
    assert orjson.loads(await shown.page(7))["missing"] == ["ranking", "recommendations"]
