"""The script for support: the situation, answers that the record gives, and blanks where it gives none."""

from collections.abc import Iterator

from postmortem.document import Block, Heading, Item, Listing, Paragraph, Text
from postmortem.notice.phase import Phase
from postmortem.public.speech import impact_text, item_text, started, summary_text
from postmortem.public.told import Told
from postmortem.words.voice import Voice

_QUESTIONS = {
    Phase.DURING: ("since", "works", "when", "mine", "why", "amends"),
    Phase.AFTER: ("since", "works", "mine", "why", "again", "amends"),
}


def support(told: Told, phase: Phase, voice: Voice) -> Iterator[Block]:
    """The blocks under the title."""
    yield Heading(2, voice.say("support.head.situation"))
    yield Paragraph(Text(summary_text(told, voice)))
    yield Listing(tuple(Item(Text(impact_text(felt, told, voice))) for felt in told.felt))
    yield Heading(2, voice.say("support.head.questions"))
    asked = [
        Item(
            Text(voice.say(f"support.ask.{key}")),
            (Text(_answer(key, told, voice)), *_listed(key, told, voice)),
        )
        for key in _QUESTIONS[phase]
        if not (key == "when" and told.works_since is not None)
    ]
    yield Listing(tuple(asked))
    yield Heading(2, voice.say("support.head.care"))
    yield Listing(
        (
            Item(Text(voice.say("support.care.guess"))),
            Item(Text(voice.say("support.care.report", blank=voice.blank("support.care.blank")))),
        )
    )


def _answer(key: str, told: Told, voice: Voice) -> str:
    """From the record where that knows it."""
    if key == "since":
        return voice.say("support.answer.since", at=started(told, voice), zone=voice.zone_name)
    if key == "works" and told.works_since is not None:
        at = voice.minute(told.works_since, on_day_of=told.start)
        return voice.say("support.answer.works.open" if told.is_open else "support.answer.works.again", at=at)
    if key == "works" and told.is_open and told.start is not None:
        at = voice.minute(told.seen_until, on_day_of=told.start)
        return voice.say(f"support.answer.works.{told.state}", at=at)
    if key == "again" and told.items:
        return voice.say("support.answer.again")
    return voice.blank(f"support.blank.{key}")


def _listed(key: str, told: Told, voice: Voice) -> tuple[Text, ...]:
    """What somebody worded for the public, under the answer that it belongs to."""
    return tuple(Text(item_text(item, told, voice)) for item in told.items) if key == "again" else ()
