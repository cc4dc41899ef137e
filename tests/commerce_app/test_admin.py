import logging
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from commerce_app.admin import admin_routes, flip_event, prewarm_event
from commerce_app.errors import ShopError
from commerce_app.responses import error_response
from commerce_app.switchboard import Switchboard
from commerce_app.switches import Flip, Switch, Switches

WHO = {"author": "runbook", "reason": "hit rate fell"}


class IndexInMemory:
    """The database's part of the switchboard."""

    there = False
    failure = None

    async def present(self):
        if self.failure:
            raise self.failure
        return self.there

    async def bring(self, wanted):
        if self.failure:
            raise self.failure
        self.there, before = wanted, self.there
        return before != wanted


class World:
    """The routes of administration over switches, with the events they post."""

    def __init__(self, token="secret"):
        self.switches = Switches([Switch.SINGLE_FLIGHT])
        self.events = []
        app = FastAPI(exception_handlers={ShopError: self._answer})
        switchboard = Switchboard(self.switches, IndexInMemory())
        poster = SimpleNamespace(post=self.events.append)
        warming = SimpleNamespace(prewarm=self._prewarm)
        app.include_router(admin_routes(switchboard, warming, poster, lambda: 7.0, token, supplies=None))
        headers = {"Authorization": "Bearer secret"}
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers)

    @staticmethod
    async def _answer(_request, error):
        return error_response(error)

    @staticmethod
    async def _prewarm(product_ids):
        return len(product_ids)

    async def prewarm(self, **body):
        return await self.client.post("/admin/prewarm", json={"product_ids": [1, 2], **body})

    async def put(self, body, **headers):
        return await self.client.put("/admin/switches", json=body, headers=headers)


@pytest.fixture
def world():
    return World()


async def test_put_answers_with_the_state_of_all_and_tells_each_flip(world):
    answer = await world.put({"local_tier": True, "single_flight": False, "early_refresh": False, **WHO})
    assert answer.json() == {**dict.fromkeys(Switch, False), "local_tier": True}
    told = [
        (event.attributes["switch"], event.attributes["from"], event.attributes["to"])
        for event in world.events
    ]
    assert told == [("local_tier", False, True), ("single_flight", True, False)]


@pytest.mark.parametrize(("author", "kind"), [("runbook", "switch"), ("drill", "fault")])
async def test_what_a_drill_flips_is_told_as_a_fault(world, author, kind):
    await world.put({"local_tier": True, **WHO, "author": author})
    assert [event.kind for event in world.events] == [kind]


async def test_get_says_what_each_switch_does(world):
    body = (await world.client.get("/admin/switches")).json()
    assert body.pop("descriptions") == {switch: switch.description for switch in Switch}
    assert body == world.switches.states()


async def test_a_request_with_one_mistake_flips_nothing_and_is_in_the_log(world, caplog):
    before = world.switches.states()
    answer = await world.put({"local_tier": True, "turbo": True, **WHO})
    assert (answer.status_code, answer.json()["error"].split(":")[0]) == (422, "turbo")
    assert (world.switches.states(), world.events) == (before, [])
    assert [(each.levelno, "turbo: expected" in each.message) for each in caplog.records] == [
        (logging.WARNING, True)
    ]


@pytest.mark.parametrize("given", ["Bearer other", "Bearer  secret", "secret", "Bearer s\u00e9cret"])
async def test_a_wrong_token_is_refused_and_in_the_log_without_it(world, caplog, given):
    answer = await world.put({"local_tier": True, **WHO}, Authorization=given.encode())
    assert (answer.status_code, world.switches.on(Switch.LOCAL_TIER)) == (401, False)
    assert "401" in caplog.text
    assert given not in caplog.text


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("localhost:8000", 200), ("[::1]:8000", 200), ("rebound.example:8000", 403)],
)
async def test_without_a_token_no_page_under_a_name_of_its_own_may_flip(host, status):
    world = World(token=None)
    answer = await world.put({"local_tier": True, **WHO}, Host=host)
    assert (answer.status_code, world.switches.on(Switch.LOCAL_TIER)) == (status, status == 200)


async def test_a_line_break_in_a_name_does_not_forge_a_line_of_the_log(world, caplog):
    await world.put({"local\nWARNING root: all is well": True, **WHO})
    assert "\n" not in caplog.records[0].message


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"author": "a" * 101}, "author"),
        ({"author": ""}, "author"),
        ({"reason": "r" * 501}, "reason"),
        ({"reason": "fine\nWARNING forged"}, "reason"),
    ],
)
async def test_who_warms_and_why_are_checked_as_those_of_flips(world, change, place):
    answer = await world.prewarm(**change)
    assert (answer.status_code, answer.json()["error"].split(":")[0]) == (422, place)
    assert world.events == []


async def test_warming_needs_no_reason(world):
    assert (await world.prewarm()).json() == {"warmed": 2}
    assert [event.author for event in world.events] == ["operator"]


@pytest.mark.parametrize(
    ("reason", "text"), [("hit rate fell", "local_tier off: hit rate fell"), ("", "local_tier off")]
)
def test_a_flip_is_told_with_its_reason(reason, text):
    event = flip_event(Flip(Switch.LOCAL_TIER, enabled=False), 7.0, "runbook", reason)
    assert (event.at, event.kind, event.author, event.text) == (7.0, "switch", "runbook", text)
    assert event.attributes == {"switch": "local_tier", "from": True, "to": False, "reason": reason}


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_what_to_warm_is_read_whatever_its_type(world, kind):
    body = b'{"product_ids": [1, 2, 3]}'
    answer = await world.client.post("/admin/prewarm", content=body, headers={"Content-Type": kind})
    assert answer.json() == {"warmed": 3}


@pytest.mark.parametrize(
    ("body", "said"), [(b"{", "body: expected JSON"), (b"[]", "body: "), (b'{"x": 1}', "x: Extra inputs")]
)
async def test_what_cannot_be_read_is_named(world, body, said):
    answer = await world.client.post("/admin/prewarm", content=body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(said)


async def test_warming_nothing_is_told_to_nobody(world):
    await world.prewarm(product_ids=[])
    assert world.events == []


def test_what_is_warmed_before_a_banner_is_a_note():
    assert prewarm_event(5, 7.0, "prelaunch", "autumn").kind == "note"


def test_prewarming_is_told_in_both_languages():
    event = prewarm_event(5, 7.0, "runbook", "cold")
    assert (event.kind, event.text) == ("mitigation", "pre-warmed 5 keys: cold")
    assert event.attributes == {"warmed": 5, "reason": "cold", "text_ko": "캐시 키 5개 프리워밍: cold"}
