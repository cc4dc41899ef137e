"""The notice to customers: since when, what they meet, what was done; the rest is for people to fill in."""

from collections.abc import Iterator

from postmortem.document import Block, Item, Listing, Paragraph, Text
from postmortem.facts import Fact
from postmortem.notice.phase import Phase
from postmortem.public.speech import impact_text, item_text, peak_text, started
from postmortem.public.told import Felt, StepKind, Told
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice

_SENDER = "notice.sender"
_BLANKS = {
    Phase.DURING: ("expected", "meanwhile", "next", "contact"),
    Phase.AFTER: ("cause", "prevention", "check", "contact"),
}
_UNTIL_WELL = {"expected", "meanwhile"}  # nobody asks for these of what works


def customer(told: Told, phase: Phase, voice: Voice) -> Iterator[Block]:
    """The blocks under the title."""
    yield _said(voice.say("notice.greeting", sender=_sender(voice)))
    yield _said(_opening(told, phase, voice))
    if told.felt:
        yield _said(voice.say(f"notice.features.{'after' if _is_well(told, phase) else phase}"))
        yield Listing(tuple(Item(Text(_feature(felt, told, phase, voice))) for felt in told.felt))
    if phase is Phase.DURING and (known := " ".join(_progress(told, voice))):
        yield _said(known)
    yield _said(voice.say(f"notice.open.{phase}"))  # two lists side by side would be one in Markdown
    keys = [key for key in _BLANKS[phase] if not (_is_well(told, phase) and key in _UNTIL_WELL)]
    yield Listing(tuple(_open_point(key, told, voice) for key in keys))


def _is_well(told: Told, phase: Phase) -> bool:
    """Whether all works though nobody closed the incident; after that it is over, whatever is recorded."""
    return phase is Phase.AFTER or told.works_since is not None


def _sender(voice: Voice) -> str:
    """As the team's templates say; a blank where they do not."""
    shipped = load_catalogue(voice.language).messages[_SENDER]
    said = voice.say(_SENDER)
    return voice.blank(_SENDER) if said == shipped else said


def _opening(told: Told, phase: Phase, voice: Voice) -> str:
    values = {"start": started(told, voice), "zone": voice.zone_name}
    if phase is Phase.DURING:
        return voice.say("notice.opening.well" if told.works_since else "notice.opening.during", **values)
    if told.end is None or told.duration is None or told.works_since is None:
        return voice.say("notice.opening.unended", **values, end=voice.blank("notice.end.blank"))
    end, duration = voice.minute(told.end, on_day_of=told.start), voice.about(told.duration)
    if told.relapse is None:
        return voice.say("notice.opening.after", **values, end=end, duration=duration)
    again = voice.minute(told.relapse.begins, on_day_of=told.start)
    back = voice.minute(told.works_since, on_day_of=told.start)
    return voice.say("notice.opening.again", **values, end=end, again=again, back=back)


def _open_point(key: str, told: Told, voice: Voice) -> Item:
    """A blank, but for what somebody worded for the public."""
    items = tuple(Text(item_text(item, told, voice)) for item in told.items) if key == "prevention" else ()
    blank = "" if items else voice.blank(f"notice.{key}.blank")
    return Item(Text(voice.say(f"notice.{key}", blank=blank).rstrip()), items)


def _feature(felt: Felt, told: Told, phase: Phase, voice: Voice) -> str:
    """What became of it; while the incident lasts, also since when it is better."""
    if phase is Phase.AFTER:
        return impact_text(felt, told, voice)
    text, back = peak_text(felt, told, voice), felt.shift.recovered
    if back is None or told.is_missed_again(felt):
        return text
    at = voice.minute(back, on_day_of=told.start)
    return f"{text} {voice.say('notice.back', at=at)}"


def _progress(told: Told, voice: Voice) -> Iterator[str]:
    """What is recorded of the response: how far it has got, and whether all objectives are kept."""
    for kind in (StepKind.NOTICED, StepKind.TAKEN, StepKind.ACTED):
        at = first_step(told, kind)
        if at is not None:
            yield voice.say(f"notice.progress.{kind}", at=voice.minute(at, on_day_of=told.start))
    if told.works_since is not None:
        yield voice.say("notice.progress.ended", at=voice.minute(told.works_since, on_day_of=told.start))
    elif told.start is not None:
        yield voice.say(
            f"notice.progress.{told.state}", at=voice.minute(told.seen_until, on_day_of=told.start)
        )


def first_step(told: Told, kind: StepKind) -> Fact | None:
    """When the first step of a kind was taken."""
    return next((step.at for step in told.steps if step.kind is kind), None)


def _said(text: str) -> Paragraph:
    return Paragraph(Text(text))
