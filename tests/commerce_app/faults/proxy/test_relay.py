import asyncio
import random

import pytest

from commerce_app.faults.proxy.relay import Proxy
from commerce_app.faults.proxy.toxics import parse_toxic


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 -- the proxy announces nothing
            await asyncio.sleep(0)


@pytest.fixture
async def proxy():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy("echo", server.sockets[0].getsockname(), random.Random(1))
    await proxy.start("127.0.0.1", 0)
    yield proxy
    await proxy.stop()
    server.close()


@pytest.fixture
async def client(proxy):
    reader, writer = await asyncio.open_connection(*proxy.listen)
    yield reader, writer
    writer.close()


async def ask(client, text: bytes) -> tuple[bytes, float]:
    reader, writer = client
    loop = asyncio.get_running_loop()
    start = loop.time()
    writer.write(text)
    answer = await reader.readexactly(len(text))
    return answer, loop.time() - start


def toxic(kind: str, **attributes: float):
    return parse_toxic({"type": kind, "attributes": attributes})


async def test_passes_data_on(client):
    assert (await ask(client, b"ping"))[0] == b"ping"


async def test_passes_much_data_on_in_order_while_delayed(proxy, client):
    proxy.put(toxic("latency", latency=5, jitter=5))
    data = random.Random(1).randbytes(4 << 20)
    assert (await ask(client, data))[0] == data


async def test_latency_comes_and_goes_with_its_toxic(proxy, client):
    proxy.put(toxic("latency", latency=50))
    assert (await ask(client, b"slow"))[1] >= 0.05
    proxy.remove("latency_downstream")
    answer, seconds = await ask(client, b"fast")
    assert answer == b"fast"
    assert seconds < 0.05


async def test_a_black_hole_is_silent_and_its_victims_are_reset_after_it(proxy, client):
    proxy.put(toxic("timeout"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(client, b"lost"), 0.05)
    proxy.remove("timeout_downstream")
    with pytest.raises(ConnectionResetError):
        await client[0].read(1)


async def test_reset_peer_resets(proxy, client):
    proxy.put(toxic("reset_peer"))
    with pytest.raises(ConnectionResetError):
        await ask(client, b"x")


async def test_a_toxic_of_no_toxicity_touches_nobody(proxy, client):
    proxy.put(parse_toxic({"type": "timeout", "toxicity": 0}))
    assert (await ask(client, b"ping"))[0] == b"ping"


async def test_a_black_hole_with_a_timeout_closes_idle_and_new_connections(proxy, client):
    proxy.put(toxic("timeout", timeout=20))
    assert await client[0].read(1) == b""
    reader, writer = await asyncio.open_connection(*proxy.listen)
    assert await reader.read(1) == b""
    writer.close()


async def test_a_black_hole_that_went_in_time_closes_nobody(proxy, client):
    proxy.put(toxic("timeout", timeout=20))
    proxy.remove("timeout_downstream")
    proxy.put(toxic("latency", latency=60))
    assert (await ask(client, b"ping"))[0] == b"ping"


async def test_another_toxic_leaves_the_victims_of_a_black_hole_in_it(proxy, client):
    proxy.put(toxic("timeout"))
    client[1].write(b"lost")
    await until(lambda: [each for each in proxy.connections.values() if each.lost_data])
    proxy.put(toxic("latency", latency=1))
    assert len(proxy.connections) == 1


async def test_an_answer_is_cut_off_at_its_limit(proxy, client):
    proxy.put(toxic("limit_data", bytes=10))
    client[1].write(b"0123456")
    assert await client[0].readexactly(7) == b"0123456"
    client[1].write(b"789abc")
    assert await client[0].read() == b"789"


async def test_a_slow_close_comes_late(proxy):
    proxy.put(parse_toxic({"type": "slow_close", "stream": "upstream", "attributes": {"delay": 50}}))
    _, writer = await asyncio.open_connection(*proxy.listen)
    await until(lambda: [each for each in proxy.connections.values() if each.server.transport])
    writer.close()
    await until(lambda: [each for each in proxy.connections.values() if each.client.is_over])
    lingering = asyncio.get_running_loop().time()
    await until(lambda: not proxy.connections)
    assert asyncio.get_running_loop().time() - lingering >= 0.04


async def test_closing_ends_the_other_side_too(proxy, client):
    await ask(client, b"ping")
    client[1].close()
    await client[1].wait_closed()
    await until(lambda: not proxy.connections)


async def test_a_server_that_is_not_there_resets_the_client():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    server.close()
    proxy = Proxy("gone", address, random.Random(1))
    await proxy.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*proxy.listen)
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    writer.close()
    await proxy.stop()
