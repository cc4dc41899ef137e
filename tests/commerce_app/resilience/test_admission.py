import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.responses import PlainTextResponse

from commerce_app.instrument.routes import ROUTES
from commerce_app.metrics import Metrics
from commerce_app.resilience.adaptive_limit import Adaptation, AdaptiveLimit
from commerce_app.resilience.admission import Admission, work_of
from commerce_app.resilience.gate import PRIORITIES, Share, Work
from commerce_app.resilience.work import current_work
from commerce_app.switches import Switch, Switches


class World:
    """A shop of so many places whose answers wait for the gate, under a clock that stands still."""

    def __init__(self, limit=2, *switches):
        self.gate = asyncio.Event()
        self.at = 0.0
        self.works = []
        self.metrics = Metrics()
        self.switches = Switches(switches or [Switch.LOAD_SHEDDING])
        self.adaptive = AdaptiveLimit(Adaptation(least=1, first=1))
        self.admission = Admission(
            self._answer, self.switches, self.metrics, limit, self.adaptive, timer=lambda: self.at
        )
        transport = httpx.ASGITransport(self.admission)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://shop")

    async def _answer(self, scope, receive, send):
        self.works.append(current_work())
        await self.gate.wait()
        await PlainTextResponse("ok")(scope, receive, send)

    async def begin(self, count, path="/products/1", method="GET"):
        """So many requests that have come as far as they come while the gate is shut."""
        asking = [asyncio.create_task(self.client.request(method, path)) for _ in range(count)]
        for _ in range(20):
            await asyncio.sleep(0)
        return asking

    async def ask(self, count, path="/products/1"):
        """Answers of so many at once; whoever is not answered at once is let through."""
        asking = await self.begin(count, path)
        self.gate.set()
        return await asyncio.gather(*asking)

    def shed(self, reason):
        return self.metrics.load_shed.labels(reason)._value.get()

    def queued(self, work):
        (sample,) = (
            sample
            for sample in self.metrics.requests_queued.collect()[0].samples
            if sample.labels == {"work": work}
        )
        return sample.value


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Whoever may wait waits for long: these tests are not about the machine's speed."""
    patient = {work: replace(share, wait_seconds=60) for work, share in PRIORITIES.items()}
    monkeypatch.setattr("commerce_app.resilience.admission.PRIORITIES", patient)


@pytest.fixture
def world():
    return World()


async def test_beyond_the_limit_requests_are_turned_away(world):
    answers = await world.ask(5)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503]
    assert world.metrics.load_shed.labels("requests")._value.get() == 3


async def test_switched_off_everybody_is_let_in(world):
    world.switches.set({Switch.LOAD_SHEDDING: False})
    assert {answer.status_code for answer in await world.ask(5)} == {200}


async def test_health_and_switches_are_let_in(world):
    assert {answer.status_code for answer in await world.ask(5, "/healthz")} == {200}


async def test_retry_after_is_how_long_requests_take(world):
    async def late():
        await asyncio.sleep(0)
        world.at += 7
        world.gate.set()

    await asyncio.gather(world.client.get("/products/1"), late())
    world.gate.clear()
    answers = await world.ask(3)
    assert [answer.headers["Retry-After"] for answer in answers if answer.status_code == 503] == ["7"]


def test_every_route_has_its_class():
    works = {(route.method, route.path): work_of(route) for route in ROUTES}
    assert {work for (method, _), work in works.items() if method == "POST"} == {Work.ORDERS}
    assert [path for (_, path), work in works.items() if work is Work.PAGES] == [
        "/products",
        "/products/{product_id}",
        "/wallets/{user_id}",
        "/users/{user_id}/orders",
    ]
    assert [path for (_, path), work in works.items() if work is Work.EXTRAS] == [
        "/products/popular",
        "/products/ranking",
        "/products/{product_id}/bought-together",
    ]


async def statuses(asking):
    return sorted(answer.status_code for answer in await asyncio.gather(*asking))


async def test_the_adaptive_limit_is_in_force_while_it_is_on():
    world = World(2, Switch.ADAPTIVE_LIMIT)
    assert sorted(answer.status_code for answer in await world.ask(3)) == [200, 503, 503]
    assert world.metrics.concurrency_limit.collect()[0].samples[0].value == 1


async def test_without_a_switch_there_is_no_limit(world):
    world.switches.set({Switch.LOAD_SHEDDING: False})
    assert world.metrics.concurrency_limit.collect()[0].samples[0].value == float("inf")


async def test_pages_and_lists_leave_room_for_orders():
    world = World(10, Switch.PRIORITY_SHEDDING)
    lists = await world.begin(10, "/products/popular")
    pages = await world.begin(60)
    orders = await world.begin(20, "/orders", "POST")
    assert (world.shed("extras"), world.shed("pages"), world.shed("orders")) == (5, 7, 0)
    assert (world.queued("pages"), world.queued("orders")) == (50, 18)
    world.gate.set()
    assert await statuses(orders) == [200] * 20
    assert await statuses(pages) == [200] * 53 + [503] * 7
    assert await statuses(lists) == [200] * 5 + [503] * 5


async def test_waiting_orders_go_before_pages_that_waited_longer():
    world = World(1, Switch.PRIORITY_SHEDDING)
    (first,) = await world.begin(1, "/orders", "POST")
    (page,) = await world.begin(1)
    (order,) = await world.begin(1, "/orders", "POST")
    ended = []
    page.add_done_callback(lambda _: ended.append("page"))
    order.add_done_callback(lambda _: ended.append("order"))
    world.gate.set()
    await asyncio.gather(first, page, order)
    assert ended == ["order", "page"]


async def test_waiting_ends_with_patience(monkeypatch):
    impatient = {work: Share(queued=1, wait_seconds=0.001) for work in Work}
    monkeypatch.setattr("commerce_app.resilience.admission.PRIORITIES", impatient)
    world = World(1, Switch.PRIORITY_SHEDDING)
    (first, second) = await world.begin(2)
    assert (await second).status_code == 503
    assert world.queued("pages") == 0
    world.gate.set()
    assert (await first).status_code == 200


async def test_who_goes_away_while_waiting_takes_no_place():
    world = World(1, Switch.PRIORITY_SHEDDING)
    first, gone, third = await world.begin(3)
    gone.cancel()
    world.gate.set()
    assert await statuses([first, third]) == [200, 200]
    assert (await world.ask(1))[0].status_code == 200


async def test_who_goes_away_at_the_moment_of_being_let_in_takes_no_place():
    world = World(1, Switch.PRIORITY_SHEDDING)
    first, gone, third = await world.begin(3)
    world.gate.set()
    first.add_done_callback(lambda _: gone.cancel())
    await first
    assert (await third).status_code == 200
    await asyncio.gather(gone, return_exceptions=True)
    assert world.admission._door.in_flight == 0


async def test_switching_off_lets_in_who_waits():
    world = World(1, Switch.PRIORITY_SHEDDING)
    waiting = await world.begin(5)
    world.switches.set({Switch.PRIORITY_SHEDDING: False})
    world.gate.set()
    assert await statuses(waiting) == [200] * 5


async def test_what_a_request_does_is_work_of_its_class(world):
    world.gate.set()
    for method, path in (("GET", "/products/popular"), ("GET", "/products/1"), ("POST", "/orders")):
        await world.client.request(method, path)
    assert world.works == [Work.EXTRAS, Work.PAGES, Work.ORDERS]
