"""What wakes people, and what silences keep from them (docs/decisions/0004)."""

import pytest

from alerts.silence import Silence, put
from collector.labels import Matcher, MatchOp


def silence(world, service, seconds=600):
    at = world.clock.now()
    matcher = Matcher("service", MatchOp.EQUAL, service)
    quiet = Silence("", (matcher,), at, at + seconds, "kim", "known", at)
    world.app.database.change(lambda connection: put(connection, quiet, at))


def test_second_page_of_an_incident_wakes_nobody_again(world):
    world.fire("ProductSlow", "product")
    world.fire("OrderErrors", "order")
    world.pass_time(60)
    assert world.sent.count("page") == 1


def reopened_by_a_ticket(world):
    world.fire("ProductSlow", "product")
    world.pass_time(100)
    world.end("ProductSlow", "product")
    world.pass_time(60)
    world.pass_time(120)
    world.fire("HitRatio", "product", "ticket", startsAt=world.clock.now())
    world.pass_time(30)


@pytest.mark.parametrize("name", ["ProductSlow", "ProductErrors"])
def test_page_after_a_ticket_reopened_its_incident_rings(world, name):
    reopened_by_a_ticket(world)
    world.fire(name, "product", startsAt=world.clock.now())
    world.pass_time(1)
    assert (world.sent[-1], len(world.incidents())) == ("page", 1)
    world.fire("OrderErrors", "order", startsAt=world.clock.now())
    world.pass_time(60)
    assert (world.sent.count("page"), world.sent[-1]) == (2, "update")


@pytest.mark.parametrize(("quiet_seconds", "pages"), [(590, 1), (601, 2), (2 * 86_400, 2)])
@pytest.mark.parametrize("name", ["ProductSlow", "ProductErrors"])
def test_page_rings_again_where_none_fired_for_longer_than_reopen(world, name, quiet_seconds, pages):
    held = {"endsAt": world.clock.now() + 1e7}
    world.fire("HitRatio", "product", "ticket", **held)
    world.fire("ProductSlow", "product", **held)
    world.pass_time(120)
    world.end("ProductSlow", "product")
    world.pass_time(quiet_seconds)
    world.fire(name, "product", startsAt=world.clock.now())
    world.pass_time(30)
    assert (world.sent.count("page"), len(world.incidents())) == (pages, 1)


def test_page_that_joins_a_page_that_fires_for_days_is_an_update(world):
    world.fire("ProductSlow", "product", endsAt=world.clock.now() + 1e7)
    world.pass_time(2 * 86_400)
    world.fire("OrderErrors", "order", startsAt=world.clock.now())
    world.pass_time(30)
    assert world.sent == ["page", "update"]


def test_page_that_comes_again_before_its_end_days_ago_was_noticed_rings(world):
    """Fireline was off in between."""
    world.fire("ProductSlow", "product")
    world.pass_time()
    world.clock.advance(2 * 86_400)
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    world.pass_time()
    assert world.sent == ["page", "page"]


def test_silenced_page_opens_nothing_until_the_silence_ends(world):
    silence(world, "product", 600)
    world.fire("ProductSlow", "product")
    world.pass_time(1)
    assert (world.incidents(), world.sent) == ([], [])
    world.pass_time(600)
    world.fire("ProductSlow", "product")
    world.pass_time()
    assert world.sent == ["page"]


def test_silenced_alert_is_evidence_of_an_open_incident(world):
    world.fire("OrderErrors", "order")
    world.pass_time()
    silence(world, "product")
    world.fire("ProductSlow", "product")
    world.pass_time(60)
    (incident,) = world.incidents()
    assert (incident.services, world.sent) == (("order", "product"), ["page"])


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_alert_that_joined_under_a_silence_is_told_once_when_that_ends(world, severity):
    world.fire("OrderErrors", "order")
    world.pass_time()
    silence(world, "product", 120)
    for _ in range(4):
        world.fire("ProductSlow", "product", severity)
        world.fire("OrderErrors", "order")
        world.pass_time(60)
    assert world.sent == ["page", "update"]
    (news,) = world.notifiers[0].sent[1][0].news
    assert news.attributes["transition"] == "no longer silenced"


def test_page_that_joined_under_a_silence_rings_when_that_ends_if_none_has(world):
    reopened_by_a_ticket(world)
    silence(world, "product", 120)
    for _ in range(4):
        world.fire("ProductSlow", "product", startsAt=world.clock.now())
        world.fire("HitRatio", "product", "ticket")
        world.pass_time(60)
    assert world.sent.count("page") == 2


def test_alert_that_is_silenced_after_it_was_told_is_not_told_again(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    silence(world, "product", 120)
    for _ in range(4):
        world.fire("ProductSlow", "product")
        world.pass_time(60)
    assert world.sent == ["page"]


def test_page_that_reopens_an_incident_is_its_headline(world):
    world.fire("ProductErrors", "product")
    world.pass_time(60)
    world.end("ProductErrors", "product")
    world.pass_time(120)
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    world.pass_time()
    message = world.notifiers[0].sent[-1][0]
    assert (message.occasion, message.incident.title) == ("page", "ProductSlow summary")


@pytest.mark.parametrize("is_over", [True, False])
def test_page_that_rings_again_is_the_headline_once_the_former_one_is_over(world, is_over):
    world.fire("ProductErrors", "product", endsAt=world.clock.now() + 1e6)
    world.fire("HitRatio", "product", "ticket", endsAt=world.clock.now() + 1e6)
    if is_over:
        world.end("ProductErrors", "product")
    world.pass_time(700)
    world.fire("ProductSlow", "product", startsAt=world.clock.now())
    world.pass_time(30)
    assert world.incidents()[0].title == ("ProductSlow summary" if is_over else "ProductErrors summary")


def test_page_after_a_ticket_that_reopened_an_incident_is_its_headline(world):
    reopened_by_a_ticket(world)
    world.fire("ProductErrors", "product", startsAt=world.clock.now())
    assert world.incidents()[0].title == "ProductErrors summary"
