import asyncio
import gc
import queue
import weakref
from concurrent.futures import Future

import cramjam
import httpx
import pytest
from starlette.applications import Starlette

from collector.api import write
from collector.api.v1 import routes
from collector.app import Collector
from collector.clock import ManualClock
from collector.config import parse_config
from collector.errors import StoreError
from collector.options import Options
from collector.remote import RemoteQuerier
from collector.remotewrite import receiver, request
from collector.remotewrite.receiver import MAX_PACKED_BYTES, Received

NOW = 1_756_861_500_000
UP = {"__name__": "up", "job": "shop"}
HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"}


def collector_in(folder, *, receives=True, querier=None):
    options = Options(receives_remote_write=receives)
    config = parse_config({}, "f.yml")
    return Collector(config, folder, clock=ManualClock(NOW / 1000), options=options, querier=querier)


@pytest.fixture
def collector(tmp_path):
    collector = collector_in(tmp_path)
    collector.ingester.start()
    yield collector
    collector.stop()


async def ask(app, method, path, **options):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://fireline") as client:
        return await client.request(method, path, **options)


def post(collector, content, headers=HEADERS):
    app = Starlette(routes=routes(collector))
    return asyncio.run(ask(app, "POST", "/api/v1/write", content=content, headers=headers))


def value(collector):
    app = Starlette(routes=routes(collector))
    answer = asyncio.run(ask(app, "GET", "/api/v1/query", params={"query": "up"}))
    return [item["value"][1] for item in answer.json()["data"]["result"]]


def test_what_was_answered_204_is_seen(collector, packed):
    answer = post(collector, packed((UP, [(NOW, 7.0)])))
    assert (answer.status_code, answer.content) == (204, b"")
    assert value(collector) == ["7"]


def test_bad_samples_are_400_and_the_good_ones_are_seen(collector, packed):
    answer = post(collector, packed((UP, [(NOW, 7.0)]), ({"job": "x"}, [(NOW, 1.0)])))
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert "1 of series with invalid labels; invalid labels: no metric name" in answer.text
    assert value(collector) == ["7"]


@pytest.mark.parametrize("content", [b"", b"junk", b"\x02\x0a\x7f"])
def test_what_is_no_request_is_400(collector, content):
    assert post(collector, content).status_code == 400


def test_a_body_is_read_no_further_than_its_limit(collector):
    sent = []

    async def endless():
        for number in range(1000):
            sent.append(number)
            yield b"a" * 2**20

    assert post(collector, endless()).status_code == 413
    assert len(sent) <= MAX_PACKED_BYTES // 2**20 + 2


def test_a_bomb_is_413(collector):
    assert post(collector, b"\xff\xff\xff\xff\x0f" + b"\x00" * 10).status_code == 413


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"}, "remote write 1.0"),
        ({"Content-Type": "application/json"}, "found application/json"),
        ({"Content-Type": ""}, "found none"),
        ({"Content-Encoding": "zstd"}, "found zstd"),
    ],
)
def test_other_formats_are_415(collector, packed, changed, said):
    answer = post(collector, packed((UP, [(NOW, 7.0)])), HEADERS | changed)
    assert (answer.status_code, said in answer.text) == (415, True)


def test_the_message_may_be_named(collector, packed):
    headers = HEADERS | {"Content-Type": "application/x-protobuf; proto=prometheus.WriteRequest"}
    assert post(collector, packed((UP, [(NOW, 7.0)])), headers).status_code == 204


@pytest.mark.parametrize(
    ("error", "status"), [(StoreError("disk is full"), 503), (queue.Full(), 503), (ZeroDivisionError(), 500)]
)
def test_what_cannot_be_kept_is_the_servers_error(collector, packed, monkeypatch, error, status):
    def refuse(_batches):
        raise error

    monkeypatch.setattr(collector.store, "write", refuse)
    assert post(collector, packed((UP, [(NOW, 7.0)]))).status_code == status


def test_a_body_that_comes_too_slowly_is_given_up(collector, monkeypatch):
    monkeypatch.setattr(write, "_BODY_SECONDS", 0.01)

    async def never():
        yield b"a"
        await asyncio.Event().wait()

    assert post(collector, never()).status_code == 503


def test_small_requests_do_not_wait_for_slow_bodies(collector, packed, monkeypatch):
    """Thirty bodies stand still; what is shared does not hold one that is a little larger."""
    monkeypatch.setattr(write, "_OWN_BYTES", 1_000)
    monkeypatch.setattr(write, "_BODIES_BYTES", 10)
    reading, go_on = [], asyncio.Event()

    async def slow():
        reading.append(1)
        yield b"a"
        await go_on.wait()

    async def large():
        yield b"a" * 1_011

    async def among_slow_ones():
        app = Starlette(routes=routes(collector))

        def write_body(content):
            return ask(app, "POST", "/api/v1/write", content=content, headers=HEADERS)

        stalled = [asyncio.ensure_future(write_body(slow())) for _ in range(30)]
        while len(reading) < 30:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)
        small, refused = await write_body(packed((UP, [(NOW, 1.0)]))), await write_body(large())
        go_on.set()
        await asyncio.gather(*stalled)
        return small, refused

    small, refused = asyncio.run(among_slow_ones())
    assert (small.status_code, refused.status_code, refused.headers["retry-after"]) == (204, 503, "5")


@pytest.mark.parametrize(("large_bytes", "at_once"), [(0, 1), (4096, 1), (8192, 8)])
def test_large_requests_are_worked_on_one_at_a_time_and_others_eight(
    collector, packed, monkeypatch, large_bytes, at_once
):
    """Twelve of 5,000 bytes, packed few hundred, come at once; each is kept a while after it came."""
    monkeypatch.setattr(write, "_LARGE_BYTES", large_bytes)
    under_way, most = set(), []

    def submit(_prepare):
        kept = Future()
        under_way.add(kept)
        most.append(len(under_way))
        asyncio.get_running_loop().call_later(0.01, finish, kept)
        return kept

    def finish(kept):
        under_way.remove(kept)
        kept.set_result(Received(1))

    async def all_at_once():
        app = Starlette(routes=routes(collector))
        body = packed((UP | {"n": "x" * 5000}, [(NOW, 1.0)]))
        asked = [ask(app, "POST", "/api/v1/write", content=body, headers=HEADERS) for _ in range(12)]
        return await asyncio.gather(*asked)

    monkeypatch.setattr(collector.ingester, "submit", submit)
    assert {answer.status_code for answer in asyncio.run(all_at_once())} == {204}
    assert max(most) == at_once


class Read(bytearray):
    """A request as it was unpacked, which tells when it is gone."""


@pytest.mark.parametrize("content", [b"\x0a\x00" * 7, b"\x0a\x7f"], ids=["over a limit", "no protobuf"])
def test_what_a_refused_request_read_is_freed_at_once(collector, monkeypatch, content):
    monkeypatch.setattr(request, "MOST_SERIES", 6)
    held = []

    def unpacked(_packed):
        read = Read(content)
        held.append(weakref.ref(read))
        return read

    monkeypatch.setattr(receiver, "unpacked", unpacked)
    gc.disable()
    try:
        packed = bytes(cramjam.snappy.compress_raw(content))
        assert [post(collector, packed).status_code for _ in range(3)] == [400] * 3
        assert [one() for one in held[:2]] == [None] * 2
    finally:
        gc.enable()


def test_it_is_off_unless_asked_for(tmp_path, packed):
    collector = collector_in(tmp_path, receives=False)
    answer = post(collector, packed((UP, [(NOW, 7.0)])))
    assert (answer.status_code, "--enable-remote-write-receiver" in answer.text) == (404, True)
    collector.stop()


def test_another_engines_samples_are_not_received(tmp_path, packed):
    collector = collector_in(tmp_path, querier=RemoteQuerier("http://prom"))
    assert post(collector, packed((UP, [(NOW, 7.0)]))).status_code == 404
    collector.stop()


def test_requests_and_refused_samples_are_counted(collector, packed):
    post(collector, packed(({"job": "x"}, [(NOW, 1.0)])))
    post(collector, packed((UP, [(NOW, 1.0)])))
    app = Starlette(routes=routes(collector))
    page = asyncio.run(ask(app, "GET", "/metrics")).text
    assert 'fireline_samples_rejected_total{reason="invalid_labels"} 1.0\n' in page
    assert 'fireline_remote_write_requests_total{code="204"} 1.0\n' in page
    assert 'fireline_remote_write_requests_total{code="400"} 1.0\n' in page
