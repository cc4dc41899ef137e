import shutil
import subprocess
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from alerts.receive import format_time


@pytest.fixture
def app(world):
    made = FastAPI()
    made.include_router(world.app.router)
    return made


@pytest.fixture
def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test/api/v2")


def silence(world, **fields):
    now = world.clock.now()
    return {
        "matchers": [{"name": "service", "value": "prod.*", "isRegex": True}],
        "startsAt": format_time(now),
        "endsAt": format_time(now + 600),
        "createdBy": "kim",
        "comment": "known",
        **fields,
    }


async def test_alerts_are_taken_and_shown_as_alertmanager_does(client, world):
    answer = await client.post("/alerts", json=[world.alert("ProductSlow", "product")])
    assert (answer.status_code, answer.content) == (200, b"")
    (alert,) = (await client.get("/alerts")).json()
    assert alert["startsAt"] == "2025-09-03T01:05:00.000Z"
    assert alert["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": []}
    assert alert["receivers"] == [{"name": "fake"}]
    world.pass_time()
    assert world.sent == ["page"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", 'parsing alerts body from \\"\\" failed'),
        ("{}", 'parsing alerts body from \\"\\" failed'),
        ('[{"labels":{"a":1}}]', "0.labels.a"),
        (
            '[{"labels":{}},{"labels":{"a-b":"c"}}]',
            'label pair required; invalid label set: invalid name \\"a-b\\"',
        ),
    ],
)
async def test_what_is_wrong_with_alerts_is_said(client, body, said):
    answer = await client.post("/alerts", content=body)
    assert answer.status_code == 400
    assert said in answer.text


async def test_body_that_is_too_large_is_refused(client):
    answer = await client.post("/alerts", content=b"[" + b" " * 10_000_001)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["service=product"], ["ProductSlow"]),
        (['service=~"prod.*|mail"', "alertname!=MailFails"], ["ProductSlow"]),
        (["service!~prod.*"], ["MailFails"]),
        (["nope=x"], []),
    ],
)
async def test_alerts_are_filtered(client, world, filters, found):
    world.fire("ProductSlow", "product")
    world.fire("MailFails", "mail")
    alerts = (await client.get("/alerts", params={"filter": filters})).json()
    assert [alert["labels"]["alertname"] for alert in alerts] == found


@pytest.mark.parametrize("bad", ["a~=b", "", "a=~("])
async def test_bad_filter_is_400(client, bad):
    assert (await client.get("/alerts", params={"filter": bad})).status_code == 400


async def test_silence_lives_and_ends(client, world):
    world.fire("ProductSlow", "product")
    made = (await client.post("/silences", json=silence(world))).json()["silenceID"]
    (alert,) = (await client.get("/alerts")).json()
    assert alert["status"] == {"state": "suppressed", "silencedBy": [made], "inhibitedBy": []}
    assert (await client.get("/alerts", params={"silenced": "false"})).json() == []
    assert (await client.delete(f"/silence/{made}")).status_code == 200
    assert (await client.get(f"/silence/{made}")).json()["status"] == {"state": "expired"}
    assert len((await client.get("/alerts", params={"silenced": "false"})).json()) == 1


async def test_silence_is_changed_in_place_but_other_matchers_make_another(client, world):
    made = (await client.post("/silences", json=silence(world))).json()["silenceID"]
    same = (await client.post("/silences", json=silence(world, id=made, comment="longer"))).json()[
        "silenceID"
    ]
    matchers = [{"name": "service", "value": "mail", "isRegex": False, "isEqual": True}]
    other = (await client.post("/silences", json=silence(world, id=made, matchers=matchers))).json()[
        "silenceID"
    ]
    assert same == made != other
    states = {each["id"]: each["status"]["state"] for each in (await client.get("/silences")).json()}
    assert states == {made: "expired", other: "active"}


async def test_silences_are_found_by_what_they_silence(client, world):
    matchers = [{"name": "service", "value": "mail", "isRegex": False}]
    await client.post("/silences", json=silence(world, matchers=matchers))
    assert len((await client.get("/silences", params={"filter": "service=mail"})).json()) == 1
    assert (await client.get("/silences", params={"filter": "service=product"})).json() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"matchers": []}, "matchers: List should have at least 1 item"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 'invalid regular expression "("'),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, "must not match the empty string"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "start time must be before end time"),
        ({"startsAt": "2019-01-01T00:00:00Z", "endsAt": "2020-01-01T00:00:00Z"}, "can't be in the past"),
        ({"startsAt": None}, "expected startsAt and endsAt"),
        ({"createdBy": 5}, "createdBy: Input should be a valid string"),
    ],
)
async def test_bad_silence_is_refused_with_its_reason(client, world, fields, said):
    answer = await client.post("/silences", json=silence(world, **fields))
    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize("ends_at", [1e300, "9999-12-31T23:59:59Z"])
async def test_time_that_could_not_be_shown_is_refused(client, world, ends_at):
    refused = [
        await client.post("/alerts", json=[{"labels": {"alertname": "x"}, "endsAt": ends_at}]),
        await client.post("/silences", json=silence(world, endsAt=ends_at)),
    ]
    assert [answer.status_code for answer in refused] == [400, 400]
    assert [(await client.get(path)).json() for path in ("/alerts", "/silences")] == [[], []]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_unknown_silence_is_404(client, method):
    assert (await client.request(method, "/silence/none")).status_code == 404


@pytest.fixture
def address(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    socket = server.config.bind_socket()
    socket.listen()  # a client that is quicker than the server waits in the queue
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def amtool(address, world):
    if shutil.which("amtool") is None:
        pytest.skip("Debian package prometheus-alertmanager is missing")

    def run(*arguments):
        world.clock.at = time.time()  # amtool reckons from the real clock
        command = ["amtool", "--alertmanager.url", address, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout

    return run


@pytest.mark.servers
def test_amtool_adds_and_queries_alerts(amtool, world):
    amtool("alert", "add", "ProductSlow", "service=product", "severity=page", "--annotation=summary=slow")
    assert "ProductSlow" in amtool("alert", "query", "service=~prod.*")
    assert "ProductSlow" not in amtool("alert", "query", "service=mail")
    world.pass_time()
    assert (world.sent, world.incidents()[0].title) == (["page"], "slow")


@pytest.mark.servers
def test_amtool_adds_queries_and_expires_silences(amtool, world):
    world.clock.at = time.time()
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    made = amtool(
        "silence", "add", "service=product", "--duration=1h", "--author=kim", "--comment=known"
    ).strip()
    assert made in amtool("silence", "query", "service=product")
    assert "suppressed" in amtool("alert", "query", "--silenced", "-o", "extended")
    amtool("silence", "expire", made)
    assert made not in amtool("silence", "query")
    assert made in amtool("silence", "query", "--expired")
