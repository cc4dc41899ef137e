import json
from urllib.parse import quote_plus

import httpx
import pytest
from fastapi import FastAPI
from slack_sdk.signature import SignatureVerifier

from alerts.events import Kind
from alerts.incidents import State

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ID = "2025-09-03-1"


@pytest.fixture
def world(make_world, monkeypatch):
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    made = make_world()
    made.fire("ProductSlow", "product")
    made.pass_time()
    return made


@pytest.fixture
def post(world):
    app = FastAPI()
    app.include_router(world.app.router)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")

    async def send(body, headers=None, *, age=0.0):
        content = body if isinstance(body, bytes) else body.encode()
        at = str(int(world.clock.now() - age))
        signature = (
            SignatureVerifier(SECRET).generate_signature(timestamp=at, body=content) if not headers else ""
        )
        signed = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
        return await client.post("/slack/actions", content=content, headers=headers or signed)

    return send


def signed(content, at):
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=at, body=content)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}


def press(action, value=ID, ts="1.0"):
    action = {"action_id": f"fireline_{action}", "value": value, "action_ts": ts}
    payload = {"type": "block_actions", "user": {"id": "U1", "username": "kim"}, "actions": [action]}
    return f"payload={quote_plus(json.dumps(payload))}"


async def test_acknowledge_is_taken_from_slack(post, world):
    assert (await post(press("acknowledge"))).status_code == 200
    (event,) = world.events(Kind.ACKNOWLEDGED)
    assert (event.author, event.source, world.incidents()[0].state) == ("kim", "slack", State.ACKNOWLEDGED)


async def test_mitigation_is_marked_once_however_often_slack_sends_it(post, world):
    for _ in range(3):
        assert (await post(press("mitigation"))).status_code == 200
    assert len(world.events(Kind.MITIGATION)) == 1


async def test_resolve_and_silence_act(post, world):
    await post(press("silence"))
    await post(press("resolve"))
    assert world.incidents()[0].closed_by == "kim"
    assert [event.text for event in world.events(Kind.NOTE)] == ["silenced until 11:05 KST"]


@pytest.mark.parametrize("action", ["link_0", "unknown"])
async def test_other_buttons_are_answered_and_do_nothing(post, world, action):
    assert (await post(press(action))).status_code == 200
    assert world.incidents()[0].state is State.OPEN


async def test_press_that_came_too_late_is_answered_and_logged(post, caplog):
    assert (await post(press("acknowledge", value="none"))).status_code == 200
    assert "incident none not found" in caplog.text


async def test_other_payloads_are_answered(post):
    assert (await post(f"payload={quote_plus(json.dumps({'type': 'view_closed'}))}")).status_code == 200


@pytest.mark.parametrize("age", [301, -301])
async def test_request_out_of_its_time_is_refused(post, age):
    assert (await post(press("acknowledge"), age=age)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "y"},
        {"X-Slack-Request-Timestamp": "junk", "X-Slack-Signature": "v0=1"},
        {"X-Slack-Request-Timestamp": "1756861500", "X-Slack-Signature": "v0=wrong"},
        {"X-Slack-Request-Timestamp": "1756861500", "X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=1"},
    ],
)
@pytest.mark.parametrize("body", [press("acknowledge"), b"\xff\xfe", b""])
async def test_junk_is_401(post, world, headers, body):
    encoded = {name: value.encode() for name, value in headers.items()}
    assert (await post(body, encoded)).status_code == 401
    assert world.incidents()[0].state is State.OPEN


@pytest.mark.parametrize("body", ["", "payload=", "payload={", "payload=[]", "payload={%22type%22:5}", "a=b"])
async def test_signed_nonsense_is_400(post, body):
    assert (await post(body)).status_code == 400


async def test_without_a_secret_nothing_is_believed(make_world, monkeypatch):
    monkeypatch.delenv("SLACK_SIGNING_SECRET", raising=False)
    app = FastAPI()
    app.include_router(make_world().app.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.post("/slack/actions", content=press("acknowledge"))).status_code == 401
