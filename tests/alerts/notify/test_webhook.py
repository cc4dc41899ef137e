import json

import httpx
import pytest

from alerts.events import Kind
from alerts.notify.message import Style
from alerts.notify.webhook import WebhookNotifier
from alerts.outbox import Delivery
from collector.http_client import HttpClient


@pytest.fixture
def requests():
    return []


@pytest.fixture
def make_notifier(requests):
    def make(*answers):
        left = list(answers)

        def answer(request):
            requests.append(json.loads(request.content))
            found = left.pop(0) if left else httpx.Response(200)
            if isinstance(found, Exception):
                raise found
            return found

        client = HttpClient(seconds=10, transport=httpx.MockTransport(answer))
        return WebhookNotifier("http://user:secret@hook/x", "team", Style(base_url="http://fireline"), client)

    return make


def test_payload_is_alertmanagers_version_4(make_world, make_notifier, requests):
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product", tier="fast")
    world.fire("OrderErrors", "order", tier="fast")
    world.pass_time()
    (sent,) = requests
    alerts = sent.pop("alerts")
    assert sent == {
        "version": "4",
        "groupKey": '{}:{incident="2025-09-03-1"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "team",
        "groupLabels": {"incident": "2025-09-03-1"},
        "commonLabels": {"severity": "page", "tier": "fast"},
        "commonAnnotations": {},
        "externalURL": "http://fireline",
    }
    assert [alert["endsAt"] for alert in alerts] == ["0001-01-01T00:00:00Z"] * 2
    assert alerts[0]["startsAt"] == "2025-09-03T01:05:00.000Z"


def test_end_is_told_as_resolved(make_world, make_notifier, requests):
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product")
    world.pass_time(10)
    world.end("ProductSlow", "product")
    world.pass_time(60)
    assert (requests[-1]["status"], requests[-1]["alerts"][0]["endsAt"]) == (
        "resolved",
        "2025-09-03T01:05:10.000Z",
    )


@pytest.fixture
def silenced(make_world, make_notifier):
    """An incident that was told, and whose alert then was silenced."""
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product")
    world.pass_time(10)
    until = world.clock.now() + 3600
    world.app.response.silence("2025-09-03-1", "kim", "slack", world.clock.now(), until=until, key="1")
    world.pass_time(60)
    return world


def test_nothing_is_told_while_all_that_fires_is_silenced(silenced, requests):
    assert [sent["status"] for sent in requests] == ["firing"]
    assert [posting.state for posting in silenced.postings()] == [Delivery.SENT, Delivery.WITHDRAWN]


def test_page_that_was_silenced_before_it_was_sent_pages_once_the_silence_ends(
    make_world, make_notifier, requests
):
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product")
    until = world.clock.now() + 120
    world.app.response.silence("2025-09-03-1", "kim", "slack", world.clock.now(), until=until, key="1")
    world.pass_time()
    assert (requests, world.events(Kind.PAGED), world.incidents()[0].paged_at) == ([], [], None)
    assert {posting.state for posting in world.postings()} == {Delivery.WITHDRAWN}
    for _ in range(4):
        world.fire("ProductSlow", "product")
        world.pass_time(60)
    assert [sent["status"] for sent in requests] == ["firing"]
    (paged,) = world.events(Kind.PAGED)
    assert world.incidents()[0].paged_at == paged.at


def test_page_of_a_reopened_incident_that_was_kept_back_rings_when_the_silence_ends(
    make_world, make_notifier
):
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product")
    world.pass_time(60)
    world.end("ProductSlow", "product")
    world.pass_time(60)
    world.fire("OrderErrors", "order", startsAt=world.clock.now())
    until = world.clock.now() + 90
    world.app.response.silence("2025-09-03-1", "kim", "slack", world.clock.now(), until=until, key="1")
    for _ in range(3):
        world.pass_time(50)
        world.fire("OrderErrors", "order")
    world.pass_time()
    pages = [posting.state for posting in world.postings() if posting.occasion == "page"]
    assert pages == [Delivery.SENT, Delivery.WITHDRAWN, Delivery.SENT]


def test_update_that_was_silenced_before_it_was_sent_is_told_once_the_silence_ends(
    make_world, make_notifier, requests
):
    world = make_world(make_notifier())
    world.fire("OrderErrors", "order", endsAt=world.clock.now() + 20)
    world.pass_time()
    world.fire("ProductSlow", "product", "ticket")
    until = world.clock.now() + 120
    world.app.response.silence("2025-09-03-1", "kim", "slack", world.clock.now(), until=until, key="1")
    world.pass_time(30)
    assert len(requests) == 1
    for _ in range(4):
        world.fire("ProductSlow", "product", "ticket")
        world.pass_time(60)
    assert (len(requests), len(world.events(Kind.PAGED))) == (2, 1)


def test_what_fires_beside_a_silenced_alert_is_told_alone(silenced, requests):
    silenced.fire("OrderErrors", "order")
    silenced.pass_time(60)
    names = [alert["labels"]["alertname"] for alert in requests[-1]["alerts"]]
    assert (len(requests), requests[-1]["status"], names) == (2, "firing", ["OrderErrors"])


def test_end_of_a_silenced_alert_is_told_with_it(silenced, requests):
    silenced.end("ProductSlow", "product")
    silenced.pass_time(60)
    assert [(sent["status"], len(sent["alerts"])) for sent in requests] == [("firing", 1), ("resolved", 1)]


@pytest.mark.parametrize("silence", [True, False])
def test_incident_closed_by_hand_is_resolved_once_its_alerts_ended(
    make_world, make_notifier, requests, silence
):
    world = make_world(make_notifier())
    world.fire("ProductSlow", "product")
    world.fire("OrderErrors", "order")
    world.pass_time(10)
    now, response = world.clock.now(), world.app.response
    if silence:
        response.silence("2025-09-03-1", "kim", "slack", now, until=now + 3600, key="1")
    response.resolve("2025-09-03-1", "kim", "slack", now)
    for name, service in (("ProductSlow", "product"), ("OrderErrors", "order")):
        world.pass_time(60)
        assert requests[-1]["status"] == "firing"
        world.end(name, service)
    world.pass_time(60)
    assert (requests[-1]["status"], len(requests[-1]["alerts"])) == ("resolved", 2)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (httpx.Response(500), Delivery.PENDING),
        (httpx.Response(429, headers={"retry-after": "9"}), Delivery.PENDING),
        (httpx.ConnectError("refused"), Delivery.PENDING),
        (httpx.ReadTimeout("slow"), Delivery.PENDING),
        (httpx.Response(404), Delivery.PENDING),
        (httpx.Response(302, headers={"location": "http://x"}), Delivery.PENDING),
        (httpx.Response(400), Delivery.FAILED),
        (httpx.Response(422), Delivery.FAILED),
    ],
)
def test_what_may_pass_is_tried_again(make_world, make_notifier, answer, state):
    world = make_world(make_notifier(answer))
    world.fire("ProductSlow", "product")
    world.pass_time()
    (posting,) = world.postings()
    assert (posting.state, "secret" in posting.last_error) == (state, False)
    assert posting.last_error.startswith("webhook hook: ")


def test_wait_that_the_receiver_asks_for_is_kept(make_notifier, make_world):
    world = make_world(make_notifier(httpx.Response(503, headers={"retry-after": "9"})))
    world.fire("ProductSlow", "product")
    world.pass_time()
    (posting,) = world.postings()
    assert posting.due_at == world.clock.now() + 9


@pytest.mark.parametrize(("status", "posts"), [(503, 2), (429, 1)])
def test_only_too_many_requests_holds_up_other_pages(make_notifier, make_world, requests, status, posts):
    world = make_world(make_notifier(httpx.Response(status, headers={"retry-after": "86400"})))
    world.fire("ProductSlow", "product")
    world.fire("MailFails", "mail")
    for _ in range(10):
        world.pass_time(1)
    assert len(requests) == posts
    world.pass_time(60)
    world.pass_time(1)
    assert len(requests) == 3
