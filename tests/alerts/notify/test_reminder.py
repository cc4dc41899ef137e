"""A reminder of an action item as each channel tells it."""

import io
from datetime import date
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from alerts.actions import NewItem
from alerts.notify.console import ConsoleNotifier
from alerts.notify.message import Style
from alerts.notify.reminder import ReminderContent, write_reminder
from alerts.notify.slack import SlackNotifier
from alerts.notify.webhook import WebhookNotifier
from tests.alerts.notify.test_slack import FakeSlack

ID = "2025-09-03-1"
STYLES = {language: Style(language, ZoneInfo("Asia/Seoul"), "http://fireline") for language in ("ko", "en")}
HEADLINES = {"ko": f"조치 항목  {ID} · Slow summary", "en": f"ACTION ITEMS  {ID} · Slow summary"}
LINES = {
    "ko": "조치 항목 1 기한 2025-09-05 (kim): raise the limits <now>",
    "en": "action item 1 is due 2025-09-05 (kim): raise the limits <now>",
}
LINK = f"http://fireline/incidents/{ID}"


@pytest.fixture
def reminded(world):
    """The reminder of an item, and the world in which it was sent."""
    world.fire("Slow", "product")
    world.pass_time()
    asked = NewItem("raise the limits <now>", "kim", date(2025, 9, 5), "", "", "lee")
    world.app.actions.add(ID, asked, world.clock.now())
    world.pass_time(60)
    return world, world.notifiers[0].sent[-1][0]


@pytest.fixture
def slack():
    fake = FakeSlack()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


def settled(world):
    world.app.actions.done(ID, 1, "kim", world.clock.now(), shown="")
    world.pass_time(1)
    return world.notifiers[0].sent[-1][0]


@pytest.mark.parametrize("language", STYLES)
def test_it_names_the_incident_and_the_item(reminded, language):
    content = ReminderContent(HEADLINES[language], (LINES[language],), LINK)
    assert write_reminder(reminded[1], STYLES[language]) == content


@pytest.mark.parametrize("language", STYLES)
def test_console(reminded, language):
    out = io.StringIO()
    ConsoleNotifier(Console(file=out, width=80), STYLES[language]).send(reminded[1], None)
    assert out.getvalue() == f"\n▌ {HEADLINES[language]}\n▌ {LINES[language]}\n▌ {LINK}\n\n"


@pytest.mark.parametrize(
    ("receipt", "place"),
    [
        ({"channel": "C1", "ts": "1.0"}, {"channel": "C1", "thread_ts": "1.0", "reply_broadcast": True}),
        (None, {"channel": "#incidents"}),
    ],
)
def test_slack_in_the_thread_and_in_the_channel(reminded, slack, receipt, place):
    notifier = SlackNotifier("xoxb-1", "#incidents", STYLES["en"], mention="<!here>", base_url=slack.url)
    assert notifier.send(reminded[1], receipt) == receipt
    (call,) = slack.calls
    told = f"{HEADLINES['en']}\n{LINES['en']}\n{LINK}"
    assert {name: call.body.get(name) for name in place} == place
    assert ("thread_ts" in call.body) == (receipt is not None)
    assert call.body["text"] == told.replace("<", "&lt;").replace(">", "&gt;")
    assert [block["text"]["text"] for block in call.body["blocks"]] == [told]


def posted(message):
    """What a webhook is sent."""
    sent = []
    client = SimpleNamespace(send=lambda *_, json: sent.append(json) or SimpleNamespace(is_success=True))
    WebhookNotifier("http://hook/x", "team", STYLES["en"], client).send(message, None)
    return sent[0]


def test_webhook_as_an_alert_of_its_own_group(reminded):
    body = posted(reminded[1])
    labels = {"alertname": "ActionItem", "severity": "ticket", "incident": ID, "action": "1"}
    assert body["groupKey"] == f'{{}}:{{incident="{ID}", action="1"}}'
    assert (body["status"], body["receiver"], body["groupLabels"]) == (
        "firing",
        "team",
        {"incident": ID, "action": "1"},
    )
    (alert,) = body["alerts"]
    assert (alert["labels"], alert["annotations"]) == (labels, {"summary": LINES["en"]})
    assert (alert["status"], alert["endsAt"]) == ("firing", "0001-01-01T00:00:00Z")


def test_webhook_ends_the_alert_once_the_item_is_settled(reminded):
    world, reminder = reminded
    body = posted(settled(world))
    assert (body["status"], body["groupKey"]) == ("resolved", posted(reminder)["groupKey"])
    assert body["alerts"][0]["fingerprint"] == posted(reminder)["alerts"][0]["fingerprint"]
    assert body["alerts"][0]["endsAt"] != "0001-01-01T00:00:00Z"
