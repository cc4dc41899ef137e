import asyncio

import httpx
import pytest

from commerce_app.events import Event, EventPoster
from commerce_app.metrics import Metrics

EVENT = Event(at=1.0, kind="switch", text="local_tier on", author="runbook")


class FakeFireline:
    """Answers with the given statuses in turn, the last for ever."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.bodies = []

    def __call__(self, request):
        self.bodies.append(request)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise httpx.ConnectError("refused")
        return httpx.Response(status)


async def post(fireline, deadline_seconds=5.0, drain_seconds=3.0):
    metrics = Metrics()
    client = httpx.AsyncClient(transport=httpx.MockTransport(fireline))
    poster = EventPoster("http://fireline", metrics, client, deadline_seconds, drain_seconds)
    poster.post(EVENT)
    await poster.close()
    return metrics.event_failures._value.get()


async def test_an_event_is_posted_as_the_seam_wants_it():
    fireline = FakeFireline(201)
    assert await post(fireline) == 0
    assert fireline.bodies[0].url == "http://fireline/api/v1/events"
    assert fireline.bodies[0].read() == (
        b'{"at":1.0,"kind":"switch","text":"local_tier on","author":"runbook",'
        b'"service":"product","source":"shop","attributes":{}}'
    )


@pytest.mark.parametrize("trouble", [500, 503, 429, None])
async def test_trouble_that_passes_is_retried(trouble):
    fireline = FakeFireline(trouble, 201)
    assert await post(fireline) == 0
    assert len(fireline.bodies) == 2


async def test_each_attempt_that_fails_says_what_and_why(caplog):
    caplog.set_level("INFO")
    await post(FakeFireline(503, 201))
    assert "event 'local_tier on': http://fireline/api/v1/events: Server error '503" in caplog.text


async def test_every_attempt_has_the_events_key():
    fireline, other = FakeFireline(503, 201), FakeFireline(201)
    await post(fireline)
    await post(other)
    first, second, another = (each.headers["Idempotency-Key"] for each in (*fireline.bodies, *other.bodies))
    assert first == second != another


async def test_a_refusal_is_not_retried_but_counted():
    fireline = FakeFireline(400)
    assert await post(fireline) == 1
    assert len(fireline.bodies) == 1


async def test_a_fireline_that_stays_away_is_given_up_at_the_deadline():
    assert await post(FakeFireline(None), deadline_seconds=0.05) == 1


async def hang(_request):
    await asyncio.Event().wait()


async def test_an_answer_that_never_comes_is_given_up_at_the_deadline():
    assert await post(hang, deadline_seconds=0.05, drain_seconds=60) == 1


async def test_what_is_cut_off_at_the_end_of_the_process_is_counted_and_logged(caplog):
    assert await post(hang, deadline_seconds=60, drain_seconds=0.01) == 1
    assert "event 'local_tier on' did not reach" in caplog.text


async def test_without_a_url_nothing_is_posted():
    fireline = FakeFireline(201)
    poster = EventPoster(None, Metrics(), httpx.AsyncClient(transport=httpx.MockTransport(fireline)))
    poster.post(EVENT)
    await poster.close()
    assert fireline.bodies == []
