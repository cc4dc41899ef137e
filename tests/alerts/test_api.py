import json

import httpx
import pytest
from fastapi import FastAPI

from alerts.errors import StorageError
from alerts.events import Kind

ID = "2025-09-03-1"
DEEP = json.loads("[" * 300 + "]" * 300)


@pytest.fixture
def client(world):
    app = FastAPI()
    app.include_router(world.app.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


@pytest.fixture
def paged(world):
    world.fire("ProductSlow", "product")
    world.pass_time(1)
    return world


async def test_incident_has_the_form_of_the_architecture(client, paged):
    incident = (await client.get(f"/api/v1/incidents/{ID}")).json()
    alert, deliveries = incident.pop("alerts")[0], incident.pop("deliveries")
    assert incident == {
        "id": ID,
        "title": "ProductSlow summary",
        "titles": {"en": "ProductSlow summary", "ko": "ProductSlow summary"},
        "state": "open",
        "severity": "page",
        "firing_severity": "page",
        "services": ["product"],
        "started_at": paged.clock.now() - 1,
        "detected_at": paged.clock.now() - 1,
        "paged_at": paged.clock.now(),
        "acknowledged_at": None,
        "resolved_at": None,
        "closed_by": None,
    }
    assert (alert["state"], alert["severity"], alert["ends_at"]) == ("firing", "page", None)
    assert [(each["channel"], each["state"]) for each in deliveries] == [("fake", "sent")]


async def test_incident_is_titled_in_each_language(client, world):
    world.fire("ProductSlow", "product", annotations={"summary_ko": "상품 상세가 느림"})
    (incident,) = (await client.get("/api/v1/incidents")).json()
    assert incident["titles"] == {"en": "ProductSlow summary", "ko": "상품 상세가 느림"}


async def test_incident_that_only_tickets_hold_open_says_so(client, paged):
    paged.fire("ProductSlow", "product", "ticket")
    seen = []
    for ended in ("page", "ticket"):
        paged.end("ProductSlow", "product", ended)
        incident = (await client.get(f"/api/v1/incidents/{ID}")).json()
        seen.append((incident["state"], incident["severity"], incident["firing_severity"]))
    assert seen == [("open", "page", "ticket"), ("open", "page", None)]


async def test_event_is_recorded_and_joins_the_open_incident(client, paged):
    posted = {
        "at": 1756861502.5,
        "kind": "switch",
        "service": "product",
        "author": "runbook",
        "source": "shop",
        "text": "single_flight on",
        "attributes": {"from": False, "to": True},
    }
    answer = await client.post("/api/v1/events", json=posted)
    assert answer.status_code == 201
    assert answer.json() == {**posted, "id": 3, "recorded_at": paged.clock.now(), "incident": ID}
    (event,) = (await client.get("/api/v1/events", params={"kind": "switch"})).json()
    assert event == answer.json()


async def test_event_that_is_posted_again_is_recorded_once(client, paged):
    posted, key = {"kind": "switch", "service": "product", "text": "on"}, {"Idempotency-Key": "flip-1"}
    first, again = [await client.post("/api/v1/events", json=posted, headers=key) for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(paged.events(Kind.SWITCH)) == 1


async def test_end_that_is_posted_again_ends_once(client, paged):
    for _ in range(2):
        answer = await client.post(
            "/api/v1/events", json={"kind": "resolved", "incident": ID}, headers={"Idempotency-Key": "end"}
        )
        assert answer.status_code == 201
    assert len(paged.events(Kind.RESOLVED)) == 1


async def test_correction_of_a_row_that_there_is_not_is_kept_with_a_warning(client, paged):
    rows = ("turn:slo:order-availability:error_ratio", "turn:slo:orders:error_ratio", "onset:signal:cpu")
    answers = []
    for row in rows:
        posted = {"kind": "correction", "incident": ID, "attributes": {"row": row}}
        answers.append((await client.post("/api/v1/events", json=posted)).json())
    assert "warnings" not in answers[0]
    for row, answer in zip(rows[1:], answers[1:], strict=True):
        assert answer["warnings"][0].startswith(f"no row of {ID} is called {row!r} so far")
    assert len(paged.events(Kind.CORRECTION)) == 3


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [("flip-1", 409, "used for event 1, which is another"), ("a b", 400, "1 to 255")],
)
async def test_key_that_is_anothers_or_none_is_refused(client, key, status, said):
    await client.post("/api/v1/events", json={"kind": "note"}, headers={"Idempotency-Key": "flip-1"})
    answer = await client.post("/api/v1/events", json={"kind": "deploy"}, headers={"Idempotency-Key": key})
    assert answer.status_code == status
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"since": 1756861501}, ["paged"]),
        ({"until": 1756861500.5}, ["deploy", "detected"]),
        ({"incident": ID}, ["detected", "paged"]),
        ({"kind": ["deploy", "paged"]}, ["deploy", "paged"]),
        ({"service": "redis"}, ["deploy"]),
        ({"limit": 1}, ["paged"]),
    ],
)
async def test_events_are_found_by_time_incident_kind_and_service(client, world, query, kinds):
    world.record(Kind.DEPLOY, "redis", at=1756861400.0)
    world.fire("ProductSlow", "product")
    world.pass_time(1)
    found = (await client.get("/api/v1/events", params=query)).json()
    assert [event["kind"] for event in found] == kinds


async def test_timeline_shows_changes_before_it_began_when_asked(client, world):
    world.record(Kind.DEPLOY, "redis", at=1756861400.0)
    world.fire("ProductSlow", "product")
    path = f"/api/v1/incidents/{ID}/events"
    assert [event["kind"] for event in (await client.get(path)).json()] == ["detected"]
    with_changes = (await client.get(path, params={"before": 900})).json()
    assert [event["kind"] for event in with_changes] == ["deploy", "detected"]


async def test_acknowledge_and_resolve_take_an_author_or_nothing(client, paged):
    taken = (await client.post(f"/api/v1/incidents/{ID}/acknowledge", json={"author": "kim"})).json()
    closed = (await client.post(f"/api/v1/incidents/{ID}/resolve")).json()
    assert (taken["state"], closed["state"], closed["closed_by"]) == ("acknowledged", "resolved", "unknown")


async def test_incidents_are_listed_by_state(client, world):
    world.fire("MailFails", "mail")
    world.fire("ProductSlow", "product")
    world.app.response.acknowledge(ID, "kim", "api", world.clock.now())
    world.app.response.resolve("2025-09-03-2", "kim", "api", world.clock.now())
    for state, ids in (("open", [ID]), ("acknowledged", [ID]), ("resolved", ["2025-09-03-2"])):
        found = (await client.get("/api/v1/incidents", params={"state": state})).json()
        assert [incident["id"] for incident in found] == ids


async def test_slos_and_signals_come_from_their_providers(client):
    assert (await client.get("/api/v1/slos")).json() == [{"name": "order-availability"}]
    assert (await client.get("/api/v1/signals")).json() == {"version": 1}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "party"}, "kind: Input should be 'detected'"),
        ({"text": "x"}, "kind: Field required"),
        ({"kind": "note", "at": "noon"}, 'at: parsing time "noon"'),
        ({"kind": "note", "at": 1e300}, "at: Input should be less than"),
        ({"kind": "note", "at": 5e10}, "at: Input should be less than 32503680000"),
        ({"kind": "note", "at": "0001-01-01T00:00:00Z"}, "at: expected a time since 1970"),
        ({"kind": "note", "at": "1969-01-01T00:00:00Z"}, "at: "),
        ({"kind": "note", "attributes": {"a": DEEP}}, "attributes: expected attributes at most 8 levels"),
        ({"kind": "note", "attributes": {"a": "x" * 65_536}}, "attributes: expected attributes of at most"),
        ({"kind": "note", "servce": "x"}, "servce: Extra inputs are not permitted"),
        ({"kind": "paged"}, "kind: paged events are written by Fireline only"),
        ({"kind": "note", "at": True}, "at: expected Unix seconds"),
        (
            {"kind": "note", "author": "x" * 201},
            "author: expected a text of at most 200 characters, found 201",
        ),
        ({"kind": "correction", "attributes": {"at": "12:27:30"}}, 'attributes.at: parsing time "12:27:30"'),
        ({"kind": "correction", "attributes": {"hides": "it"}}, "attributes.hides: expected the id of a row"),
    ],
)
async def test_bad_event_is_refused_with_its_reason(client, body, said):
    answer = await client.post("/api/v1/events", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(said)
    assert (await client.get("/api/v1/events")).json() == []


async def test_control_characters_are_kept_out_of_events_and_names(client, paged):
    esc, safe = "a\x1b[2J\u2066\n", "a\ufffd[2J\ufffd\n"
    attributes = {"text_ko": esc, "more": [{esc: esc}, 1]}
    body = {"kind": "note", "text": esc, "author": esc, "attributes": attributes}
    event = (await client.post("/api/v1/events", json=body)).json()
    assert (event["text"], event["author"]) == (safe, safe)
    assert event["attributes"] == {"text_ko": safe, "more": [{safe: safe}, 1]}
    closed = (await client.post(f"/api/v1/incidents/{ID}/resolve", json={"author": esc})).json()
    assert closed["closed_by"] == safe


async def test_stored_event_that_cannot_be_written_is_shown_with_a_note(client, paged):
    paged.record(Kind.NOTE, "product", attributes={"a": DEEP})
    (event,) = (await client.get("/api/v1/events", params={"kind": "note"})).json()
    assert event["attributes"] == {"note": "attributes deeper than 64 levels are not shown"}
    assert (await client.get(f"/api/v1/incidents/{ID}/events")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/incidents/none", 404),
        ("GET", "/api/v1/incidents/none/events", 404),
        ("POST", "/api/v1/incidents/none/acknowledge", 404),
        ("GET", "/api/v1/incidents?state=sad", 400),
        ("GET", "/api/v1/events?since=x", 400),
    ],
)
async def test_errors_have_their_status(client, method, path, status):
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"])
async def test_body_that_is_no_object_is_refused(client, body):
    answer = await client.post("/api/v1/events", content=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


async def test_json_is_read_without_its_content_type(client):
    assert (await client.post("/api/v1/events", content=b'{"kind": "note"}')).status_code == 201


async def test_event_of_an_unknown_incident_is_404(client):
    answer = await client.post("/api/v1/events", json={"kind": "note", "incident": "none"})
    assert answer.status_code == 404


async def test_database_that_fails_is_503(client, world, monkeypatch):
    def fail():
        raise StorageError("the disk is full")

    monkeypatch.setattr(world.app.database, "read", fail)
    answer = await client.get("/api/v1/incidents")
    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is full"})


@pytest.mark.parametrize("author", ["", " "])
async def test_closing_that_names_nobody_was_by_hand_all_the_same(client, paged, author):
    posted = {"kind": "resolved", "incident": ID, "author": author}
    answer = (await client.post("/api/v1/events", json=posted)).json()
    incident = (await client.get(f"/api/v1/incidents/{ID}")).json()
    assert (answer["author"], answer["text"], incident["closed_by"]) == (
        "unknown",
        "closed by hand",
        "unknown",
    )


async def test_a_text_that_is_missing_is_told_as_such(client, paged):
    answer = await client.post(f"/api/v1/incidents/{ID}/acknowledge", json={"author": ""})
    assert (answer.status_code, answer.json()["error"]) == (400, "author: expected a text")
