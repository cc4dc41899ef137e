"""대응 방안 / Remediation plan: candidates by horizon, blanks for owners and dates; and their progress."""

from collections.abc import Iterator

from alerts.action_items import Horizon
from postmortem.compose.items import item_row, progress
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Table, Text
from postmortem.proposals import Proposal, propose_actions
from postmortem.report import Report
from postmortem.words.voice import Voice, cite

_COLUMNS = ("item", "basis", "owner", "due", "state")


def plan(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    candidates, items = propose_actions(report), report.evidence.items
    yield Heading(2, voice.say("head.plan"))
    yield Paragraph(Text(voice.say("plan.note.items" if items else "plan.note")))
    for horizon in Horizon:
        yield Heading(3, voice.say(f"head.{horizon}"))
        rows = [item_row(item, report, voice) for item in items if item.horizon is horizon]
        rows += [_row(item, report, voice) for item in candidates if item.horizon is horizon]
        header = tuple(voice.say(f"plan.header.{column}") for column in _COLUMNS)
        yield Table(header, (*rows, _blank_row(voice)))


def tracking(report: Report, voice: Voice) -> Iterator[Block]:
    """Progress counted from the items."""
    yield Heading(2, voice.say("head.tracking"))
    if report.evidence.items:
        yield from progress(report, voice)
        return
    items = propose_actions(report)
    lines = []
    for horizon in Horizon:
        mine = [item for item in items if item.horizon is horizon]
        done = sum(item.is_done for item in mine)
        name = voice.say(f"head.{horizon}")
        key = "tracking.item" if mine else "tracking.none"
        said = voice.say(key, horizon=name, done=done, total=len(mine))
        lines.append(Item(Text(said, is_kept=True)))
    yield Listing(tuple(lines))
    yield Paragraph(Text(voice.say("tracking.note")))


def _row(item: Proposal, report: Report, voice: Voice) -> tuple[Text, ...]:
    text, basis = _texts(item, report, voice)
    blanks = (Text(voice.blank("plan.owner")), Text(voice.blank("plan.due")))
    return (text, basis, *blanks, Text(voice.say("plan.open")))


def _texts(item: Proposal, report: Report, voice: Voice) -> tuple[Text, Text]:
    key = f"action.{item.kind}"
    if item.act is not None:
        name, at = f"`{item.act.event.attributes['switch']}`", item.act.moment
        return Text(voice.say(key, name=name)), cite(voice.say(f"{key}.basis", at=voice.figure(at)), at)
    if item.causes:
        numbers = voice.say("range", first=1, last=item.causes) if item.causes > 1 else "1"
        return Text(voice.say(key)), Text(voice.say(f"{key}.basis", numbers=numbers))
    if item.shift is not None:
        text = voice.say(key, name=voice.subject(item.shift.subject))
        return Text(text), cite(
            voice.say(f"{key}.basis", at=voice.figure(item.shift.onset)), item.shift.onset
        )
    return Text(voice.say(key)), Text(voice.say(f"{key}.basis"), ("incident",))


def _blank_row(voice: Voice) -> tuple[Text, ...]:
    return (*(Text(voice.blank(f"plan.{column}")) for column in ("item", "basis", "owner", "due")), Text(""))
