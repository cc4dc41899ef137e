"""An incident as Slack blocks, within Slack's limits; what is cut says so.

What alerts and people wrote is plain text: Slack's markup has no escape for asterisks, underscores, tildes
and backticks, which stand in the names of jobs and labels. Markup is for our own headings, and for mentions.
"""

import re
from typing import Any

from alerts.group import Occasion
from alerts.incidents import Incident, State
from alerts.notify.content import Content
from alerts.notify.words import Key, say

HEADER_MOST = 150
SECTION_MOST = 2_500  # Slack's own is 3,000; three of these stay below the 13,000 of a whole message
FACTS_MOST = 1_000
BUTTON_TEXT_MOST = 75
URL_MOST = 1_000
TEXT_MOST = 3_000

ACKNOWLEDGE = "fireline_acknowledge"
MITIGATION = "fireline_mitigation"
SILENCE = "fireline_silence"
RESOLVE = "fireline_resolve"
LINK = "fireline_link"

Block = dict[str, Any]
_URL = re.compile(r"https?://[^\s<>\"/?#]+[^\s<>\"]*")


def escape(text: str) -> str:
    """Text that Slack shows as it is: an alert cannot mention a channel or fake a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int, language: str) -> str:
    """At most so many characters; a cut tells how many are missing."""
    if len(text) <= most:
        return text
    note = say(language, "cut", count=len(text))
    kept = max(most - len(note), 0)
    return (text[:kept] + say(language, "cut", count=len(text) - kept))[:most]


def blocks(content: Content, incident: Incident, language: str, mention: str) -> list[Block]:
    """The incident's message: severity and title, who and since when, what is wrong, buttons."""
    made = [
        {"type": "header", "text": _literal(cut(content.headline, HEADER_MOST, language))},
        *([_markup(mention)] if mention else []),
        section(cut(" · ".join(content.facts), FACTS_MOST, language)),
    ]
    keys: tuple[tuple[Key, tuple[str, ...]], ...] = (
        ("failing", content.failing),
        ("evidence", content.evidence),
        ("before", content.changes),
    )
    for key, lines in keys:
        if lines:
            text = "\n".join(f"• {line}" for line in lines)
            made += [_markup(f"*{say(language, key)}*"), section(cut(text, SECTION_MOST, language))]
    made += [_buttons(content, incident, language)] if content.takes_acts or _good_links(content) else []
    made.append({"type": "context", "elements": [_literal(content.incident_id)]})
    return made


def news_text(content: Content, occasion: Occasion, language: str, mention: str) -> str:
    """The reply in the thread: what is new."""
    lines = [escape(line) for line in content.news]
    if occasion is Occasion.PAGE:
        lines.insert(0, f"{escape(content.headline)}  {mention}".strip())
    return cut("\n".join(lines), TEXT_MOST, language)


def news_blocks(content: Content, occasion: Occasion, language: str, mention: str) -> list[Block]:
    """The same as blocks."""
    lines = [content.headline, *content.news] if occasion is Occasion.PAGE else content.news
    told = section(cut("\n".join(lines), SECTION_MOST, language))
    return [*([_markup(mention)] if mention and occasion is Occasion.PAGE else []), told]


def _literal(text: str) -> Block:
    """Shown as it is: no markup, no mentions, and a name between colons is no emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str) -> Block:
    """A paragraph, shown as it is."""
    return {"type": "section", "text": _literal(text or " ")}


def _markup(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _good_links(content: Content) -> list[tuple[str, str]]:
    """Slack refuses a whole message for one link that it does not like."""
    return [(label, url) for label, url in content.links if len(url) <= URL_MOST and _URL.fullmatch(url)]


def _buttons(content: Content, incident: Incident, language: str) -> Block:
    elements = _acts(incident, language) if content.takes_acts else []
    for number, (label, url) in enumerate(_good_links(content)):
        elements.append({**_button(f"{LINK}_{number}", label, incident.id), "url": url})
    return {"type": "actions", "elements": elements}


def _acts(incident: Incident, language: str) -> list[Block]:
    acts = [
        _button(MITIGATION, say(language, "button_mitigation"), incident.id),
        _button(SILENCE, say(language, "button_silence"), incident.id),
        {
            **_button(RESOLVE, say(language, "button_resolve"), incident.id),
            "style": "danger",
            "confirm": _confirm(language),
        },
    ]
    if incident.state is State.OPEN:
        taking = _button(ACKNOWLEDGE, say(language, "button_acknowledge"), incident.id)
        acts.insert(0, {**taking, "style": "primary"})
    return acts


def _button(action_id: str, label: str, incident_id: str) -> Block:
    text = _plain(label[:BUTTON_TEXT_MOST])
    return {"type": "button", "action_id": action_id, "text": text, "value": incident_id}


def _confirm(language: str) -> Block:
    return {
        "title": _plain(say(language, "confirm_resolve_title")),
        "text": _plain(say(language, "confirm_resolve_text")),
        "confirm": _plain(say(language, "yes")),
        "deny": _plain(say(language, "no")),
    }
