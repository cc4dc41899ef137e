import pytest
from fastapi import FastAPI

from alerts import events
from alerts.events import Kind
from tests.in_app import InApp

DAY = 86_400.0
ITEM = {"text": "raise the limits", "owner": "kim", "due": "2025-09-08"}


@pytest.fixture
def incident(world):
    """One that is over, and the address of its items."""
    world.fire("Errors", "order")
    world.pass_time(1)
    world.end("Errors", "order")
    world.pass_time(120)
    world.notifiers[0].sent.clear()
    return world.incidents()[0].id


@pytest.fixture
def client(world):
    app = FastAPI()
    app.include_router(world.app.router)
    return InApp(app)


@pytest.fixture
def post(client, incident):
    def post(path="", **body):
        return client.send("POST", f"/api/v1/incidents/{incident}/actions{path}", json=body)

    return post


def listed(client, incident):
    return client.send("GET", f"/api/v1/incidents/{incident}/actions").json()


@pytest.mark.parametrize(
    ("cause", "warnings"),
    [
        ("cache.emptied", None),
        ("too few connections", None),
        ("cache.emptyed", ["cause: no candidate is called 'cache.emptyed'; cache.emptied is meant?"]),
        ("dns.gone", ["cause: no candidate is called 'dns.gone'"]),
    ],
)
def test_a_cause_that_no_report_knows_is_kept_with_a_warning(post, client, incident, cause, warnings):
    answer = post(**ITEM, cause=cause)
    assert (answer.status_code, answer.json().get("warnings")) == (201, warnings)
    assert listed(client, incident)[0]["cause"] == cause


def test_items_are_numbered_and_have_a_horizon_by_their_date(post, client, incident):
    post(**ITEM, author="lee")
    post(**{**ITEM, "due": "2025-09-20"})
    post(**{**ITEM, "due": "2025-12-01"})
    found = listed(client, incident)
    assert [(one["number"], one["horizon"]) for one in found] == [(1, "short"), (2, "mid"), (3, "long")]
    first = {key: found[0][key] for key in ("text", "owner", "due", "status", "added_by")}
    assert first == {**ITEM, "status": "open", "added_by": "lee"}


def test_every_change_is_an_event_and_none_is_changed(post, client, incident, world):
    post(**ITEM)
    post("/1/change", owner="lee", due="2025-09-20")
    post("/1/done", author="lee")
    with world.app.database.read() as connection:
        found = events.select(connection, incident=incident, kinds=(Kind.ACTION,))
    assert [event.attributes["change"] for event in found] == ["added", "changed", "done"]
    (item,) = listed(client, incident)
    assert (item["owner"], item["horizon"], item["status"], item["settled_author"]) == (
        "lee",
        "mid",
        "done",
        "lee",
    )


def test_what_the_public_is_told_is_given_and_taken_back(post):
    assert post(**ITEM, public="more room for peaks").json()["public"] == "more room for peaks"
    assert post("/1/change", owner="lee").json()["public"] == "more room for peaks"
    assert post("/1/change", public="").json()["public"] == ""


def test_what_names_its_proof_is_not_done_without_it(post, client, incident):
    post(**ITEM, proof="case:seed")
    refused = post("/1/done")
    assert refused.status_code == 409
    assert "names its proof, case:seed: expected it to be shown, that `fireline alerts ci`" in refused.text
    assert post("/1/done", shown="seed: pages after 45 s").json()["said"] == "seed: pages after 45 s"


def test_a_dropped_item_says_why_and_stays_dropped(post):
    post(**ITEM)
    assert post("/1/drop").status_code == 400
    assert post("/1/drop", why="the shop is sold").json()["status"] == "dropped"
    again = post("/1/done")
    assert (again.status_code, "is dropped already" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({**ITEM, "due": "2025-09-01"}, "due: expected 2025-09-03 or later"),
        ({**ITEM, "due": "soon"}, "due: expected a day such as 2025-09-10, found 'soon'"),
        ({**ITEM, "owner": " "}, "owner: "),
        ({**ITEM, "owner": "\u200b"}, "owner: "),
        ({**ITEM, "text": "\u200b \u3164"}, "text: "),
        ({**ITEM, "proof": "trust me"}, "proof: "),
        ({"text": "x"}, "owner: "),
    ],
)
def test_what_is_no_item_is_refused_by_its_key(post, body, text):
    answer = post(**body)
    assert (answer.status_code, text in answer.json()["error"]) == (400, True), answer.text


@pytest.mark.parametrize("body", [{}, {"author": "kim"}, {"owner": " "}, {"due": None}])
def test_a_change_of_nothing_is_refused(post, client, incident, body):
    post(**ITEM)
    answer = post("/1/change", **body)
    assert (answer.status_code, answer.json()) == (400, {"error": "expected owner, due or public"})
    assert listed(client, incident)[0]["owner"] == "kim"


def test_an_item_with_a_known_key_is_added_once(client, incident, world):
    def add(key="k", **body):
        path = f"/api/v1/incidents/{incident}/actions"
        return client.send("POST", path, json={**ITEM, **body}, headers={"Idempotency-Key": key})

    add()
    client.send("POST", f"/api/v1/incidents/{incident}/actions/1/change", json={"owner": "lee"})
    world.pass_time(30 * DAY)  # its date is past by now
    again = add()
    assert (again.status_code, again.json()["number"], again.json()["owner"]) == (201, 1, "lee")
    for other in ({"text": "something else"}, {"author": "lee"}):
        assert add(**other).status_code == 409
    assert add("a b").status_code == 400
    assert len(listed(client, incident)) == 1


def test_a_key_of_an_event_is_no_items(client, incident):
    headers = {"Idempotency-Key": "k"}
    client.send("POST", "/api/v1/events", json={"kind": "note", "text": ITEM["text"]}, headers=headers)
    path = f"/api/v1/incidents/{incident}/actions"
    assert client.send("POST", path, json=ITEM, headers=headers).status_code == 409


def test_an_unknown_item_names_those_that_there_are(post):
    post(**ITEM)
    answer = post("/7/done")
    assert (answer.status_code, "action 7: expected one of" in answer.text) == (404, True)


def test_an_event_of_this_kind_cannot_be_posted(client, incident):
    answer = client.send("POST", "/api/v1/events", json={"kind": "action", "incident": incident})
    assert answer.status_code == 400


def test_no_channel_is_told_of_what_was_added(post, world):
    post(**ITEM)
    world.pass_time(60)
    assert world.sent == []
