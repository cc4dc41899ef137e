import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import Event, Kind
from alerts.group import Occasion
from alerts.incidents import Incident, State
from alerts.notify.content import write
from alerts.notify.message import Message, Style
from alerts.notify.slack_blocks import blocks, cut, escape, news_blocks, news_text
from alerts.receive import Alert, Severity
from alerts.storage_incidents import AlertRecord
from collector.labels import Labels

LONG = st.text(max_size=20) | st.integers(1, 4000).map(lambda n: "가" * n)


def record(number, text, guardrail):
    labels = {"alertname": f"a{number}", **({"guardrail": f"g{number}"} if guardrail else {})}
    annotations = {"summary": text, "runbook_url": f"http://wiki/{text}", "dashboard_url": f"http://d/{text}"}
    return AlertRecord(number, Alert(Labels(labels), annotations, 1.0, 9.0), "i", number % 3 > 0, 2.0)


def message(title="slow", texts=(), **fields):
    values = {
        "state": State.OPEN,
        "severity": Severity.PAGE,
        "services": tuple(texts) or ("product",),
        **fields,
    }
    incident = Incident("2025-09-03-1", title, started_at=1.0, detected_at=2.0, **values)
    alerts = tuple(record(n, text, n % 2) for n, text in enumerate(texts))
    told = tuple(Event(1.0, Kind.NOTE, text, id=n) for n, text in enumerate(texts))
    return Message(Occasion.PAGE, incident, alerts, 10.0, news=told, changes=told)


def made(told, language="en"):
    content = write(told, Style(language=language, base_url="http://127.0.0.1:9600"))
    return content, blocks(content, told.incident, language, "<!here>")


def texts_of(block):
    return [block["text"]] if "text" in block else [each.get("text", each) for each in block["elements"]]


def labels_of_buttons(told):
    _, layout = made(told)
    buttons = [block for block in layout if block["type"] == "actions"]
    return [each["text"]["text"] for block in buttons for each in block["elements"]]


@settings(max_examples=60)
@given(LONG, st.lists(LONG, max_size=15), st.sampled_from(["en", "ko"]), st.sampled_from(State))
def test_whatever_an_alert_says_slack_takes_it(title, texts, language, state):
    told = message(title, texts, state=state, resolved_at=9.0 if state is State.RESOLVED else None)
    content, layout = made(told, language)
    assert len(layout) <= 50
    assert len(json.dumps(layout, ensure_ascii=False)) < 13_000
    for block in layout:
        for text in texts_of(block):
            most = {"header": 150, "section": 3000, "actions": 75, "context": 2000}[block["type"]]
            assert len(text if isinstance(text, str) else text["text"]) <= most
        assert len(block.get("elements", [])) <= 25
    assert len(news_text(content, Occasion.PAGE, language, "<!here>")) <= 3000


@given(st.text(max_size=300), st.integers(40, 200))
def test_cut_text_says_how_much_is_missing(text, most):
    short = cut(text, most, "en")
    assert len(short) <= most
    if len(text) > most:
        kept, _, rest = short.partition("… (cut: ")
        assert text.startswith(kept)
        assert int(rest.split()[0]) == len(text) - len(kept)


def test_alert_cannot_mention_a_channel_or_fake_a_link():
    assert escape("<!channel> <http://x|y> &") == "&lt;!channel&gt; &lt;http://x|y&gt; &amp;"


def markup_of(layout):
    found = [text for block in layout for text in (block.get("text"), *block.get("elements", []))]
    return [text["text"] for text in found if text and text.get("type") == "mrkdwn"]


def test_what_an_alert_says_is_no_markup():
    """``*``, ``_`` and ``~`` have no escape in Slack's, and stand in names of jobs."""
    content, layout = made(message(title="*slow*", texts=["<!channel>", "job _batch_~1~ `x`"]))
    assert markup_of(layout) == ["<!here>", "*failing*", "*also off*", "*just before*"]
    assert "job _batch_~1~ `x`" in json.dumps(layout)
    assert markup_of(news_blocks(content, Occasion.PAGE, "en", "<!here>")) == ["<!here>"]
    assert markup_of(news_blocks(content, Occasion.UPDATE, "en", "<!here>")) == []


@pytest.mark.parametrize(
    "url", ["see the wiki", "javascript:alert(1)", "http://", "http://a b", "http://x/" + "a" * 1000]
)
def test_link_that_slack_would_refuse_is_left_out(url):
    alert = AlertRecord(1, Alert(Labels({"alertname": "a"}), {"runbook_url": url}, 1.0, 9.0), "i", True, 2.0)
    told = message()
    assert "runbook" not in labels_of_buttons(replace(told, alerts=(alert,)))


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        (State.OPEN, ["I've got it", "Mark a mitigation", "Silence 1 h", "Resolve", "open"]),
        (State.ACKNOWLEDGED, ["Mark a mitigation", "Silence 1 h", "Resolve", "open"]),
        (State.RESOLVED, ["open"]),
    ],
)
def test_buttons_are_those_that_make_sense(state, labels):
    assert labels_of_buttons(message(state=state, resolved_at=9.0)) == labels


def test_incident_that_is_not_recorded_has_no_buttons_that_act():
    assert labels_of_buttons(replace(message(), is_recorded=False)) == []
