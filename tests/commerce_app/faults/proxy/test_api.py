import asyncio
import random

import httpx
import pytest

from commerce_app.faults.proxy.api import FaultApi

LATENCY = {"type": "latency", "name": "slow", "attributes": {"latency": 400, "jitter": 200}}


@pytest.fixture
async def api():
    faults = FaultApi(random.Random(1))
    await faults.add("redis", "127.0.0.1:0", "127.0.0.1:6379")
    transport = httpx.ASGITransport(faults.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8474") as client:
        yield client
    for proxy in faults.proxies.values():
        await proxy.stop()


async def test_lists_its_proxies(api):
    (proxy,) = (await api.get("/proxies")).json().values()
    assert (proxy["name"], proxy["upstream"], proxy["enabled"], proxy["toxics"]) == (
        "redis",
        "127.0.0.1:6379",
        True,
        [],
    )


async def test_adds_changes_and_removes_a_toxic(api):
    assert (await api.post("/proxies/redis/toxics", json=LATENCY)).json()["attributes"]["jitter"] == 200
    changed = await api.patch("/proxies/redis/toxics/slow", json={"attributes": {"latency": 100}})
    assert changed.json()["attributes"] == {"latency": 100, "jitter": 200}
    assert (await api.delete("/proxies/redis/toxics/slow")).status_code == 204
    assert (await api.get("/proxies/redis/toxics")).json() == []


async def test_reset_removes_toxics_and_enables_proxies(api):
    await api.post("/proxies/redis/toxics", json=LATENCY)
    assert (await api.post("/proxies/redis", json={"enabled": False})).json()["enabled"] is False
    assert (await api.post("/reset")).status_code == 204
    proxy = (await api.get("/proxies/redis")).json()
    assert (proxy["enabled"], proxy["toxics"]) == (True, [])


async def test_makes_and_deletes_a_proxy(api):
    body = {"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"}
    made = await api.post("/proxies", json=body)
    assert made.status_code == 201
    assert not made.json()["listen"].endswith(":0")
    assert (await api.post("/proxies", json=body)).status_code == 409
    assert (await api.delete("/proxies/db")).status_code == 204
    assert (await api.get("/proxies/db")).status_code == 404


async def test_populates_a_list_and_replaces_what_has_another_address(api):
    (there,) = (await api.get("/proxies")).json().values()
    moved = {"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5433", "enabled": False}
    made = await api.post("/populate", json=[there, moved])
    assert made.status_code == 201
    again = await api.post("/populate", json=[{**moved, "upstream": "127.0.0.1:5434"}])
    assert [proxy["upstream"] for proxy in again.json()["proxies"]] == ["127.0.0.1:5434"]
    proxies = (await api.get("/proxies")).json()
    assert proxies["redis"]["listen"] == there["listen"]
    assert (proxies["db"]["upstream"], proxies["db"]["enabled"]) == ("127.0.0.1:5434", False)


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/proxies/no/toxics", LATENCY, 404, "proxy not found"),
        ("/proxies/redis/toxics/no", {}, 404, "toxic not found"),
        ("/proxies/redis/toxics", {"type": "x"}, 400, "type: expected one of"),
        ("/proxies/redis/toxics", [], 400, "body: expected a JSON object"),
        ("/proxies", {"name": "a", "upstream": "x"}, 400, "upstream: expected HOST:PORT"),
        ("/proxies/redis", {"enabled": "no"}, 400, "enabled: expected true or false, got 'no'"),
        ("/populate", {}, 400, "body: expected a list of proxies"),
        ("/proxies", {"listen": "127.0.0.1:0"}, 400, "name: expected"),
        ("/proxies", {"name": [1], "upstream": "h:1"}, 400, "name: expected"),
        ("/proxies", {"name": "a", "upstream": "h:1", "listen": "aaaa..b:0"}, 400, "listen: expected HOST"),
        ("/proxies", {"name": "a", "upstream": "h:1", "listen": "127.0.0.1:²"}, 400, "listen: expected HOST"),
        (
            "/proxies",
            {"name": "a", "upstream": "h:1", "listen": "a" * 70 + ":0"},
            400,
            "listen: expected HOST",
        ),
        (
            "/proxies",
            {"name": "a", "listen": "127.0.0.1:0", "upstream": ".h:1"},
            400,
            "upstream: expected HOST",
        ),
    ],
)
async def test_says_what_is_wrong(api, path, body, status, message):
    answer = await api.post(path, json=body)
    assert answer.status_code == status
    assert message in answer.json()["error"]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"9" * 5_000, b"\xff"])
async def test_what_is_no_json_is_said(api, body):
    answer = await api.post("/proxies/redis/toxics", content=body)
    assert (answer.status_code, answer.json()["error"][:20]) == (400, "body: expected JSON ")


async def test_a_change_of_attributes_that_are_none_is_refused(api):
    await api.post("/proxies/redis/toxics", json=LATENCY)
    answer = await api.patch("/proxies/redis/toxics/slow", json={"attributes": 5})
    assert (answer.status_code, answer.json()["error"]) == (400, "attributes: expected an object, got 5")


async def test_a_list_with_a_mistake_makes_no_proxy(api):
    fine = {"name": "a", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}
    assert (
        await api.post("/populate", json=[fine, {**fine, "name": "b", "upstream": "x"}])
    ).status_code == 400
    assert list((await api.get("/proxies")).json()) == ["redis"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"User-Agent": "Mozilla/5.0"}, {"Host": "rebound.example:8474"}],
)
async def test_a_web_page_changes_no_fault(api, headers):
    answer = await api.post("/proxies/redis/toxics", json=LATENCY, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert (await api.get("/proxies/redis/toxics")).json() == []


async def test_a_port_in_use_is_said(api):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await api.post("/proxies", json={"name": "a", "listen": f"127.0.0.1:{port}", "upstream": "h:1"})
    server.close()
    assert answer.status_code == 409
    assert f"listen: 127.0.0.1:{port}" in answer.json()["error"]
