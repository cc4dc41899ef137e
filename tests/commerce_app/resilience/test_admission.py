import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from commerce_app.metrics import Metrics
from commerce_app.resilience.admission import Admission
from commerce_app.switches import Switch, Switches


class World:
    """A shop of two places whose answers wait for the gate, under a clock that stands still."""

    def __init__(self):
        self.gate = asyncio.Event()
        self.at = 0.0
        self.metrics = Metrics()
        self.switches = Switches([Switch.LOAD_SHEDDING])
        admission = Admission(self._answer, self.switches, self.metrics, 2, lambda: self.at)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(admission), base_url="http://shop")

    async def _answer(self, scope, receive, send):
        await self.gate.wait()
        await PlainTextResponse("ok")(scope, receive, send)

    async def ask(self, count, path="/products/1"):
        """Answers of so many at once; whoever is not answered at once is let through."""
        asking = [asyncio.create_task(self.client.get(path)) for _ in range(count)]
        for _ in range(20):
            await asyncio.sleep(0)
        self.gate.set()
        return await asyncio.gather(*asking)


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
