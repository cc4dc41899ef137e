"""조치 내용 / Mitigations and recovery: candidate causes, who did what when, what it did, what is planned."""

from collections.abc import Iterator

from alerts.timeline_rows import END, RowKind
from postmortem.compose.causes import candidates
from postmortem.compose.items import pending
from postmortem.compose.timeline import timeline_item
from postmortem.document import Block, Callout, Heading, Item, Listing, Paragraph, Text
from postmortem.mitigations import Effect, Mitigation, Verdict, reach_seconds, window_seconds
from postmortem.records import Good
from postmortem.report import Report
from postmortem.timeline import Row
from postmortem.words.voice import Voice, cite


def recovery(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.recovery"))
    yield Heading(3, voice.say("head.causes"))
    yield from _causes(report, voice)
    yield Heading(3, voice.say("head.resolution"))
    start = report.impact.span.start
    yield Paragraph(cite(voice.say("resolution.origin", at=voice.when(start), zone=voice.zone_name), start))
    yield from _resolution(report, voice)
    yield Heading(3, voice.say("head.applied"))
    yield from _applied(report, voice)
    yield Heading(3, voice.say("head.planned"))
    yield from pending(report, voice)


def _causes(report: Report, voice: Voice) -> Iterator[Block]:
    yield Callout(Text(voice.say("causes.note")))
    yield from candidates(report, voice)
    yield from _deploys(report, voice)
    yield Paragraph(Text(voice.say("causes.confirmed", blank=voice.blank("blank.cause"))))


def _deploys(report: Report, voice: Voice) -> Iterator[Block]:
    """What people ask for first; no ranking reads events, so they stand beside it."""
    rows = [
        row
        for row in report.timeline
        if (row.kind, row.word) == (RowKind.EVENT, "deploy") and not row.is_hidden and row.at <= report.origin
    ]
    if rows:
        yield Paragraph(Text(voice.say("causes.deploys")))
        yield Listing(tuple(timeline_item(row, report, voice, "timeline.row") for row in rows))


def _resolution(report: Report, voice: Voice) -> Iterator[Block]:
    shown = [row for row in report.timeline if not row.is_hidden and row.at >= report.origin]
    rows = [row for row in shown if _is_response(row)]
    if not rows:
        yield Paragraph(Text(voice.say("resolution.none")))
        return
    yield Listing(tuple(timeline_item(row, report, voice, "resolution.row") for row in rows))


def _is_response(row: Row) -> bool:
    if row.kind is RowKind.EVENT:
        return row.word != "fault"
    if row.kind in {RowKind.BEND, RowKind.EASED, RowKind.RECOVERED}:
        return any(e.subject is not None and e.subject.signal.good is not Good.NONE for e in row.entries)
    if row.kind is RowKind.TURN:
        return any(entry.turn is not None and entry.turn.worsens is False for entry in row.entries)
    return row.kind is RowKind.MILESTONE or (row.kind is RowKind.IMPACT and row.word == END)


def _applied(report: Report, voice: Voice) -> Iterator[Block]:
    if not report.mitigations:
        yield Paragraph(Text(voice.say("applied.none")))
        return
    yield Listing(tuple(_mitigation(mitigation, report, voice) for mitigation in report.mitigations))
    window, reach = (
        voice.seconds(window_seconds(report.evidence)),
        voice.seconds(reach_seconds(report.evidence)),
    )
    rate = voice.window(report.evidence.rate_window)
    yield Paragraph(Text(voice.say("applied.note", window=window, rate=rate, reach=reach)))


def _mitigation(mitigation: Mitigation, report: Report, voice: Voice) -> Item:
    at = voice.t_plus(report.since_origin(mitigation.moment))
    acts = voice.listed(dict.fromkeys(voice.event(act.event) for act in mitigation.acts))
    head = Text(voice.say("applied.item", t=at, acts=acts), ("event",))
    if not mitigation.effects:
        return Item(head, (Text(voice.say("applied.unmeasured")),))
    return Item(head, tuple(_effect(effect, voice) for effect in mitigation.effects))


def _effect(effect: Effect, voice: Voice) -> Text:
    key = "applied.no_effect" if effect.verdict is Verdict.NONE else f"applied.{effect.verdict}"
    text = voice.say(
        key,
        name=voice.subject(effect.shift.subject),
        before=voice.figure(effect.before),
        after=voice.figure(effect.after),
        when=_when(effect, voice),
    )
    return cite(text, *effect.facts())


def _when(effect: Effect, voice: Voice) -> str:
    if effect.to_effect is None:
        return voice.say("applied.unsettled")
    return voice.say("applied.when", delay=voice.delay(effect.to_effect))
