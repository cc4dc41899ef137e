import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from commerce_app.resilience.head import HeadDeadline

WHOLE = b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n"


class Impatient(HeadDeadline):
    head_seconds = 0.05


async def answer_after(asked, send):
    await asked.wait()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def connected(asked):
    async def app(_scope, _receive, send):
        await answer_after(asked, send)

    config = uvicorn.Config(app, lifespan="off", access_log=False)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Impatient(config, ServerState(), {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    yield reader, writer
    writer.close()
    server.close()


@pytest.fixture
def asked():
    event = asyncio.Event()
    event.set()
    return event


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (WHOLE[:-2], b"HTTP/1.1 408 "),
        (WHOLE + WHOLE[:20], b"HTTP/1.1 204 "),
    ],
)
async def test_a_head_that_does_not_come_whole_ends_the_connection(asked, sent, answer):
    async with connected(asked) as (reader, writer):
        writer.write(sent)
        assert (await reader.read()).startswith(answer)


async def test_a_head_after_another_has_a_deadline_too(asked):
    async with connected(asked) as (reader, writer):
        writer.write(WHOLE + WHOLE[:20])
        assert b"HTTP/1.1 408 " in await reader.read()


async def test_an_answer_that_takes_longer_is_not_cut_off(asked):
    asked.clear()
    async with connected(asked) as (reader, writer):
        writer.write(WHOLE + WHOLE[:20])
        asyncio.get_running_loop().call_later(3 * Impatient.head_seconds, asked.set)
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"HTTP/1.1 408 " in answer
