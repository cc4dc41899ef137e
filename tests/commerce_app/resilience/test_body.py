import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from commerce_app.instrument.requests import ENDING, Ending
from commerce_app.resilience.body import LIMIT_BYTES, WholeBody


async def echo(scope, receive, send):
    await Response(await Request(scope, receive).body())(scope, receive, send)


async def ask(content, method="POST", **options):
    transport = httpx.ASGITransport(WholeBody(echo, lambda: 7.0, **options))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.request(method, "/orders", content=content)


async def tell(messages, app=echo, **scope):
    """What is sent to a client who sends these messages and no more."""
    sent, coming = [], iter(messages)

    async def receive():
        try:
            return next(coming)
        except StopIteration:
            return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [], **scope}
    await WholeBody(app, lambda: 7.0, patience_seconds=0.001)(scope, receive, send)
    return sent


async def parts(sizes):
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize("sizes", [(), (LIMIT_BYTES,), (1, 2, LIMIT_BYTES - 3)])
async def test_a_body_comes_in_whole(sizes):
    answer = await ask(parts(sizes))
    assert (answer.status_code, len(answer.content)) == (200, sum(sizes))


async def test_a_body_without_end_is_not_read_to_its_end():
    read = []

    async def endless():
        for _ in range(1000):
            read.append(4096)
            yield b" " * 4096

    answer = await ask(endless())
    assert (answer.status_code, answer.headers["Connection"], len(read)) == (413, "close", 5)
    assert answer.json() == {"error": f"body: expected at most {LIMIT_BYTES} bytes", "error_type": ""}


async def test_who_sends_too_slowly_is_answered_and_never_let_in():
    async def fail(*_):
        raise AssertionError

    begun = {"type": "http.request", "body": b"{", "more_body": True}
    start, _ = await tell([begun], fail)
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]


async def test_who_goes_away_in_the_middle_is_no_failure_of_the_shop():
    begun = {"type": "http.request", "body": b"{", "more_body": True}
    start, _ = await tell([begun, {"type": "http.disconnect"}])
    assert start["status"] == 400


async def test_a_request_begins_when_its_body_is_there():
    ending = Ending(begun_at=1.0)
    await tell([{"type": "http.request", "body": b"{}"}], **{ENDING: ending})
    assert ending.begun_at == 7.0


async def test_after_the_body_the_end_of_the_connection_is_heard():
    heard = []

    async def listen(_scope, receive, _send):
        heard.extend([await receive(), await receive()])

    await tell([{"type": "http.request", "body": b"{}"}, {"type": "http.disconnect"}], listen)
    assert [each["type"] for each in heard] == ["http.request", "http.disconnect"]


async def test_the_body_of_a_read_is_not_looked_at():
    assert (await ask(parts([LIMIT_BYTES + 1]), "GET")).status_code == 200
