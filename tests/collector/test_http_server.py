import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn.server import ServerState

from collector.http_server import BoundedHttp

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 20 * 1024 * 1024


class Watched(BoundedHttp):
    """Says when a connection has ended."""

    lost = None

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self.lost.set()


class Server:
    """Serves on a port of its own within the test's loop; limits as a test sets them."""

    def __init__(self, **limits):
        self.asked, self.release = asyncio.Event(), asyncio.Event()
        self._writers = []
        routes = [
            Route("/", self.hello, methods=["GET", "POST"]),
            Route("/slow", self.slow),
            Route("/large", self.large),
        ]
        self.lost = asyncio.Event()
        protocol = type("Limited", (Watched,), {"lost": self.lost, **limits})
        config = uvicorn.Config(Starlette(routes=routes), http=protocol, ws="none", lifespan="off")
        state = ServerState()
        self.connections = state.connections
        self._make = lambda: protocol(config, state, {})

    async def hello(self, request):
        self.asked.set()
        return PlainTextResponse(f"hello {len(await request.body())}")

    async def slow(self, _request):
        self.asked.set()
        await self.release.wait()
        return PlainTextResponse("at last")

    async def large(self, _request):
        return PlainTextResponse(bytes(LARGE))

    async def __aenter__(self):
        self._server = await asyncio.get_running_loop().create_server(self._make, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.release.set()
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for connection in list(self.connections):
            connection.transport.abort()
        await self._server.wait_closed()

    async def open(self, sent=b"", **options):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, **options)
        self._writers.append(writer)
        writer.write(sent)
        return reader, writer


async def answer(reader):
    """All that comes until the end of the connection."""
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b"reset"


async def until(holds):
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)


async def test_requests_are_answered_one_after_another_and_pipelined():
    async with Server() as server:
        body = b"x" * 200_000
        post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + body
        reader, _ = await server.open(GET + post + GET.replace(b"Host", b"Connection: close\r\nHost"))
        said = await answer(reader)
        assert [said.count(text) for text in (b"200 OK", b"hello 0", b"hello 200000")] == [3, 2, 1]


async def test_of_very_many_pipelined_requests_few_are_read_at_a_time():
    """While one is answered, another listens for the client to go, which makes uvicorn read on."""
    async with Server() as server:
        reader, writer = await server.open(GET.replace(b"/ ", b"/slow ") + GET * 100_000)
        await server.asked.wait()
        (connection,) = server.connections
        await until(lambda: connection.flow.read_paused)
        connection.cycle.flow.resume_reading()
        assert connection.flow.read_paused
        server.release.set()
        most = 0
        for _ in range(20_000):
            await reader.readuntil(b"hello 0")
            most = max(most, len(connection.pipeline))
        assert 0 < most <= 200
        writer.transport.abort()
        await server.lost.wait()
        assert not connection.pipeline


async def test_what_came_with_pipelined_requests_is_answered_to_the_last():
    async with Server() as server:
        last = GET.replace(b"Host", b"Connection: close\r\nHost")
        reader, _ = await server.open(GET * 1_999 + last)
        assert (await answer(reader)).count(b"hello 0") == 2_000


async def test_an_answer_before_pipelined_requests_is_not_written_to_a_client_that_went():
    async with Server() as server:
        await server.open(GET.replace(b"/ ", b"/slow ") + GET * 9)
        await server.asked.wait()
        (connection,) = server.connections
        await until(lambda: connection.pipeline)
        connection.transport.abort()  # as a write to a client that went does: reading has paused
        await server.lost.wait()
        assert connection._answered.disconnected
        assert not connection.pipeline


@pytest.mark.parametrize(
    "begun", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX: y", GET + b"GET"]
)
async def test_a_request_that_does_not_come_in_time_is_dropped(begun):
    async with Server(request_seconds=0.05) as server:
        reader, _ = await server.open(begun)
        said = await answer(reader)
        assert b" 408 " in said
        assert (b"hello" in said) == begun.startswith(GET)


async def test_lines_that_begin_no_request_do_not_keep_a_connection():
    async with Server(request_seconds=0.05) as server:
        reader, writer = await server.open(GET)
        await reader.readuntil(b"hello 0")
        writer.write(b"\r\n")
        assert b" 408 " in await answer(reader)


async def test_a_body_that_drips_is_dropped_though_something_comes_all_the_time():
    async with Server(request_seconds=0.05) as server:
        reader, writer = await server.open(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        ended = asyncio.ensure_future(answer(reader))
        while not ended.done():
            writer.write(b"x")
            await asyncio.wait([ended], timeout=0.001)
        assert b"200" not in ended.result()


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX: " + b"y" * 2_000,
        b"GET /" + b"y" * 2_000,
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 600 + b"\r\n",
    ],
    ids=["one header without an end", "a path without an end", "one header", "many headers"],
)
async def test_a_large_head_is_refused(head):
    async with Server(head_bytes=1_000) as server:
        reader, _ = await server.open(head)
        assert (await answer(reader)).startswith(b"HTTP/1.1 431 ")


async def test_what_is_no_http_is_refused_as_before():
    async with Server() as server:
        reader, _ = await server.open(b"prose\r\n\r\n")
        assert (await answer(reader)).startswith(b"HTTP/1.1 400 ")


async def test_one_connection_too_many_takes_the_place_of_the_one_silent_for_longest():
    async with Server(most_connections=2) as server:
        first, _ = await server.open(b"GET")
        second, other = await server.open(GET)
        await second.readuntil(b"hello 0")
        third, _ = await server.open(GET)
        await third.readuntil(b"hello 0")
        assert await answer(first) in {b"", b"reset"}
        other.write(GET)
        await second.readuntil(b"hello 0")


async def test_a_request_that_is_not_all_there_gives_its_place_away():
    async with Server(most_connections=1) as server:
        half, _ = await server.open(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nha")
        await server.asked.wait()
        whole, _ = await server.open(GET)
        await whole.readuntil(b"hello 0")
        assert await answer(half) in {b"", b"reset"}


async def test_where_all_are_being_answered_one_more_is_refused():
    async with Server(most_connections=1) as server:
        first, _ = await server.open(GET.replace(b"/ ", b"/slow ") + b"GET")
        await server.asked.wait()
        second, _ = await server.open(GET)
        assert (await answer(second)).startswith((b"HTTP/1.1 503 ", b"reset"))
        server.release.set()
        await first.readuntil(b"at last")


async def test_an_answer_that_is_not_taken_is_dropped():
    async with Server(request_seconds=0.05) as server:
        reader, _ = await server.open(GET.replace(b"/ ", b"/large "), limit=1)
        await asyncio.wait_for(server.lost.wait(), 20)
        assert len(await answer(reader)) < LARGE
