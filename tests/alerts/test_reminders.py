from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.action_items import ActionItem, Horizon, Status
from alerts.actions import NewItem
from alerts.reminders import ReminderTimes, due_reminders

SEOUL = ZoneInfo("Asia/Seoul")
TIMES = ReminderTimes(2, time(9))
HOUR, DAY = 3600.0, 86_400.0


def item(due, status=Status.OPEN):
    return ActionItem(1, "x", "kim", due, Horizon.SHORT, "", "", 0.0, "kim", 1, status)


@pytest.mark.parametrize(
    ("at", "due", "told"),
    [
        (datetime(2025, 9, 8, 9, tzinfo=SEOUL), date(2025, 9, 11), []),
        (datetime(2025, 9, 8, 9, tzinfo=SEOUL), date(2025, 9, 10), [(2, False)]),
        (datetime(2025, 9, 8, 8, 59, tzinfo=SEOUL), date(2025, 9, 10), []),
        (datetime(2025, 9, 10, 23, tzinfo=SEOUL), date(2025, 9, 10), [(0, False)]),
        (datetime(2025, 9, 11, 9, tzinfo=SEOUL), date(2025, 9, 10), [(-1, True)]),
    ],
)
def test_an_item_is_due_soon_or_overdue_from_the_hour_on(at, due, told):
    found = due_reminders([item(due)], at, TIMES)
    assert [(one.days_left, one.is_overdue) for one in found] == told


def test_a_settled_item_is_over():
    at = datetime(2025, 9, 11, 9, tzinfo=SEOUL)
    assert due_reminders([item(date(2025, 9, 10), Status.DONE)], at, TIMES) == []


@pytest.fixture
def world_with_item(world):
    world.fire("Errors", "order")
    world.pass_time(1)
    world.end("Errors", "order")
    world.pass_time(120)
    world.notifiers[0].sent.clear()
    asked = NewItem("raise the limits", "kim", date(2025, 9, 5), "", "", "lee")
    world.app.actions.add(world.incidents()[0].id, asked, world.clock.now())
    return world


def told(world):
    return [event.text for message, _ in world.notifiers[0].sent for event in message.news]


def test_an_item_is_told_once_a_day_through_the_outbox(world_with_item):
    world = world_with_item
    for _ in range(4 * 24):
        world.clock.advance(HOUR)
        world.app.step()
    assert world.sent == ["reminder"] * 5
    assert told(world)[0] == "action item 1 is due 2025-09-05 (kim): raise the limits"
    assert told(world)[-1] == "action item 1 was due 2025-09-05, 2 d ago (kim): raise the limits"


def test_another_worker_does_not_tell_it_again(world_with_item):
    world = world_with_item
    world.clock.advance(DAY)
    other = world.open()
    world.app.step()
    other.step()
    other.database.close()
    assert world.sent == ["reminder"]


def test_an_item_that_people_were_reminded_of_is_told_when_it_is_done(world_with_item):
    world = world_with_item
    world.clock.advance(DAY)
    world.app.step()
    world.app.actions.done(world.incidents()[0].id, 1, "kim", world.clock.now(), shown="")
    world.app.step()
    (event,) = world.notifiers[0].sent[-1][0].news
    assert event.words("en") == "action item 1 is done (kim): raise the limits"
