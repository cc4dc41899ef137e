"""Action items that people recorded: a row each, what of them is still to be done, and how many are done."""

from collections.abc import Iterator

from alerts.action_items import ActionItem, Horizon, Status
from alerts.charts.quantities import NO_DATA
from postmortem.causes.knowledge import load_knowledge
from postmortem.document import Block, Item, Listing, Paragraph, Text
from postmortem.items import count_fact, due_fact, settled_fact
from postmortem.report import Report
from postmortem.words.voice import Voice, cite


def item_row(item: ActionItem, report: Report, voice: Voice) -> tuple[Text, ...]:
    """What, why and its proof, who, by when, and how it stands."""
    due = due_fact(report.evidence, item)
    return (
        Text(voice.say("item.text", number=item.number, text=item.text), ("event",)),
        Text(_basis(item, report, voice)),
        Text(item.owner),
        cite(voice.figure(due), due),
        _state(item, report, voice),
    )


def pending(report: Report, voice: Voice) -> Iterator[Block]:
    """What is still to be done, by horizon; a blank while nobody recorded an item."""
    items = report.evidence.items
    if not items:
        yield Listing((Item(Text(voice.say("planned.item", blank=voice.blank("blank.planned")))),))
        return
    due = {horizon: [one for one in items if one.horizon is horizon and _is_open(one)] for horizon in Horizon}
    told = [
        Item(Text(voice.say(f"head.{horizon}")), tuple(_pending(one, report, voice) for one in mine))
        for horizon, mine in due.items()
        if mine
    ]
    yield Listing(tuple(told)) if told else Paragraph(Text(voice.say("planned.settled")))


def _pending(item: ActionItem, report: Report, voice: Voice) -> Text:
    due = due_fact(report.evidence, item)
    text = voice.say("item.text", number=item.number, text=item.text)
    state = _state(item, report, voice).text
    return cite(
        voice.say("planned.one", item=text, owner=item.owner, due=voice.figure(due), state=state), due
    )


def _is_open(item: ActionItem) -> bool:
    return item.status is Status.OPEN


def progress(report: Report, voice: Voice) -> Iterator[Block]:
    """N of M done, of all and by horizon."""
    lines = [_count(voice.say("items.all"), None, report, voice)]
    lines += [_count(voice.say(f"head.{horizon}"), horizon, report, voice) for horizon in Horizon]
    yield Listing(tuple(map(Item, lines)))


def _count(name: str, horizon: Horizon | None, report: Report, voice: Voice) -> Text:
    total, done, dropped = (
        count_fact(report.evidence, field, horizon) for field in ("total", "done", "dropped")
    )
    figures = {"done": voice.figure(done), "total": voice.figure(total), "dropped": voice.figure(dropped)}
    if not (total.value or dropped.value):
        return Text(voice.say("tracking.none", horizon=name))
    key = "items.count.dropped" if dropped.value else "items.count"
    return cite(voice.say(key, horizon=name, **figures), total, done, dropped)


def _basis(item: ActionItem, report: Report, voice: Voice) -> str:
    proof = voice.say("item.proof", proof=f"`{item.proof}`") if item.proof else ""
    return voice.clauses(filter(None, (_cause(item, report, voice), proof))) or NO_DATA


def _cause(item: ActionItem, report: Report, voice: Voice) -> str:
    """A candidate by its name, with its part where the evidence has it; anything else as it was typed."""
    ranked = next((one for one in report.ranking.causes if one.id == item.cause), None)
    if ranked is not None:
        return voice.say(f"cause.{ranked.id}", part=f"`{ranked.part}`")
    if item.cause not in {candidate.id for candidate in load_knowledge().candidates}:
        return item.cause
    name = voice.say(f"cause.{item.cause}", part=voice.say("item.cause.part"))
    return voice.say("item.cause.unranked", cause=name)


def _state(item: ActionItem, report: Report, voice: Voice) -> Text:
    settled = settled_fact(report.evidence, item)
    if settled is None:
        is_late = item.due < report.evidence.read_on
        return Text(voice.say("item.overdue" if is_late else "item.open"))
    key = f"item.{item.status}" if item.said else f"item.{Status.DONE}.bare"
    words = {"at": voice.when(settled), "author": item.settled_author, "said": item.said}
    return cite(voice.say(key, **words), settled)
