"""타임라인 / Timeline: each row in words, with what people corrected and what it was before."""

from collections.abc import Iterator

from alerts.timeline_rows import RowKind
from postmortem.corrections import Correction, target_of, unknown_targets
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Text
from postmortem.evidence import Subject
from postmortem.facts import Fact
from postmortem.impact.gaps import Gap
from postmortem.records import Event, Good
from postmortem.report import Report
from postmortem.timeline import TIED_STEPS, Entry, Row
from postmortem.turning_points.bends import COMPANY_SECONDS, Bend, Then
from postmortem.turning_points.turns import Shift, Turn
from postmortem.words.voice import Voice, cite

REPLAY = "replay"  # the channel of pages that nobody was sent
_MEASURED = {RowKind.ONSET, RowKind.TURN, RowKind.BEND, RowKind.EASED, RowKind.RECOVERED, RowKind.GAP}
_MOST_IN_LINE = 2
_NOBODY = {"fireline", "unknown"}


def timeline(report: Report, voice: Voice) -> Iterator[Block]:
    """The section's blocks: the origin, the rows, what was hidden, the method."""
    yield Heading(3, voice.say("head.timeline", zone=voice.zone_name))
    yield Paragraph(origin_text(report, voice))
    items = [
        timeline_item(row, report, voice, "timeline.row") for row in report.timeline if not row.is_hidden
    ]
    yield Listing((*items, Item(Text(voice.blank("timeline.unknown")))))
    yield from _hidden(report, voice)
    yield from _missed(report, voice)
    evidence = report.evidence
    tied, bends = (voice.seconds(s) for s in (TIED_STEPS * evidence.step_seconds, COMPANY_SECONDS))
    window = voice.window(evidence.rate_window)
    yield Paragraph(Text(voice.say("method", tied=tied, bends=bends, window=window)))


def origin_text(report: Report, voice: Voice) -> Text:
    """From when T+ times count, and why."""
    span = report.impact.span
    at = f"{voice.when(span.start)} {voice.zone_name}"
    if span.start_moved is not None:
        words = author_words(span.start_moved.correction.event, voice)
        return cite(voice.say("origin.corrected", at=at, text=words), span.start)
    if not span.is_measured:
        key = "origin.alert.unseen" if span.unseen else "origin.alert"
        return cite(voice.say(key, at=at, names=unseen_names(report, voice)), span.start)
    key = "origin.earlier" if span.begins_earlier else "origin.measured"
    return cite(voice.say(key, at=at, name=first_felt(report, voice)), span.start)


def first_felt(report: Report, voice: Voice) -> str:
    """What users felt first, where the impact's start is measured."""
    subject = report.impact.span.opened_by
    assert subject is not None
    return voice.subject(subject)


def unseen_names(report: Report, voice: Voice) -> str:
    """The objectives that nobody could see around the alarm."""
    return voice.listed(voice.bad_share(slo) for slo in report.impact.span.unseen)


def timeline_item(row: Row, report: Report, voice: Voice, key: str) -> Item:
    """A row of a timeline, with the sources of its figures; ``key`` is the message that dates it."""
    assert row.fact is not None
    times = {"at": voice.when(row.fact), "t": voice.t_plus(report.since_origin(row.fact))}
    parts = _measured(row, voice) if row.kind in _MEASURED else [_told(row, voice)]
    if row.correction is not None:
        return _corrected(row, row.correction, parts, voice, voice.say(key, **times, text="{text}"))
    moments = [(entry.fact, entry.subject or entry.about) for entry in row.entries]
    unseen = [text for moment in moments for text in unseen_before(*moment, report, voice)]
    if len(parts) > _MOST_IN_LINE:
        head = voice.say(f"timeline.many.{row.kind}", count=len(parts))
        return Item(Text(voice.say(key, **times, text=head)), (*parts, *unseen))
    text = voice.clauses(part.text for part in parts)
    refs = dict.fromkeys(ref for part in parts for ref in part.refs)
    return Item(Text(voice.say(key, **times, text=text), tuple(refs)), tuple(unseen))


def unseen_before(moment: Fact | None, subject: Subject | None, report: Report, voice: Voice) -> list[Text]:
    """That a change was seen with the first sample after a gap, and so since when it may be."""
    return [
        cite(
            voice.say(
                "timeline.unseen",
                name=voice.subject(gap.subject),
                last=voice.figure(gap.last),
                again=voice.figure(gap.again),
            ),
            *gap.facts(),
        )
        for gap in report.gaps
        if moment is not None and gap.again is not None and moment.value == gap.again.value
        if subject is not None and gap.subject.series == subject.series
    ]


def _corrected(row: Row, correction: Correction, parts: list[Text], voice: Voice, dated: str) -> Item:
    """What a person wrote in its place, and under it the row as it was."""
    head = dated.replace(
        "{text}", voice.say("timeline.corrected", text=author_words(correction.event, voice))
    )
    first = row.entries[0].fact
    at = voice.when(first) if first is not None else voice.figure(None)
    if row.kind is RowKind.IMPACT and row.entries[0].about is None:
        return Item(Text(head, ("event",)))  # it is a person's word alone
    originals = [Text(voice.say("timeline.original", at=at, text=part.text), part.refs) for part in parts]
    return Item(Text(head, ("event",)), tuple(originals))


def author_words(event: Event, voice: Voice) -> str:
    """What a person wrote, and who it was, where that is known."""
    text, author = voice.words(event), event.author
    return text if author in {"", *_NOBODY} else voice.say("by_author", text=text, author=author)


def _hidden(report: Report, voice: Voice) -> Iterator[Block]:
    """Nothing goes without a word: how many rows are not shown, and who hid each, for what reason."""
    hidden = [row for row in report.timeline if row.is_hidden]
    if hidden:
        said = [
            voice.say("timeline.hidden.row", row=row.id, text=author_words(row.correction.event, voice))
            for row in hidden
            if row.correction is not None
        ]
        yield Paragraph(Text(voice.say("timeline.hidden", rows=voice.clauses(said)), ("event",)))


def _missed(report: Report, voice: Voice) -> Iterator[Block]:
    """Corrections that correct nothing, as each names a row that there is not."""
    missed = unknown_targets({row.id for row in report.timeline}, report.evidence)
    if missed:
        said = [
            voice.say("timeline.hidden.row", row=target_of(event), text=author_words(event, voice))
            for event in missed
        ]
        yield Paragraph(Text(voice.say("timeline.missed", rows=voice.clauses(said)), ("event",)))


def _told(row: Row, voice: Voice) -> Text:
    if row.kind in {RowKind.FIRED, RowKind.ENDED}:
        alerts = [voice.alert(entry.alert) for entry in row.entries if entry.alert is not None]
        key = f"timeline.{row.kind}.{row.word}" if row.word else f"timeline.{row.kind}"
        names = voice.listed(dict.fromkeys(alerts))
        return cite(voice.say(key, alerts=names), *(entry.fact for entry in row.entries))
    if row.kind is RowKind.IMPACT:
        names = voice.listed(voice.subject(entry.about) for entry in row.entries if entry.about is not None)
        return cite(voice.say(f"timeline.impact.{row.word}", name=names), *(e.fact for e in row.entries))
    return cite(_events(row, voice), *(entry.fact for entry in row.entries))


def _measured(row: Row, voice: Voice) -> list[Text]:
    """One text a series; what has eased is named together, since it has no figure."""
    shifts = [entry.shift for entry in row.entries if entry.shift is not None]
    match row.kind:
        case RowKind.ONSET:
            return [cite(voice.move(s, row.entries[0].at), s.before, s.onset, s.peak) for s in shifts]
        case RowKind.TURN:
            return [_turn(entry.turn, row.entries[0].at, voice) for entry in row.entries if entry.turn]
        case RowKind.GAP:
            return _gaps([entry.gap for entry in row.entries if entry.gap is not None], voice)
        case RowKind.BEND:
            return [_bend(entry.bend, voice) for entry in row.entries if entry.bend is not None]
    return _returned(row, voice)


def _returned(row: Row, voice: Voice) -> list[Text]:
    texts = []
    back = [(entry.shift, entry.level) for entry in row.entries if entry.shift is not None]
    for neutral in (False, True):
        mine = [(s, level) for s, level in back if (s.subject.signal.good is Good.NONE) is neutral]
        key = f"timeline.{row.kind}.neutral" if neutral else f"timeline.{row.kind}"
        if mine and row.kind is RowKind.EASED:
            names = voice.listed(voice.subject(shift.subject) for shift, _ in mine)
            texts.append(cite(voice.say(key, names=names), *(shift.eased for shift, _ in mine)))
        elif mine:
            texts += [_recovered(key, shift, level, voice) for shift, level in mine]
    return texts


def _recovered(key: str, shift: Shift, level: Fact | None, voice: Voice) -> Text:
    peak, after = voice.figure(shift.peak), voice.figure(level)
    text = voice.say(key, name=voice.subject(shift.subject), peak=peak, after=after)
    return cite(text, shift.recovered, shift.peak, level)


def _turn(turn: Turn, row_at: float, voice: Voice) -> Text:
    """A step at the time that its row begins with does not say it again."""
    is_step, is_here = turn.begins.value == turn.reached.value, turn.reached.value == row_at
    text = voice.say(
        "timeline.turn" if not is_step else "timeline.step.here" if is_here else "timeline.step",
        name=voice.subject(turn.subject),
        verb=voice.way(turn.subject, rises=turn.rises),
        before=voice.figure(turn.before),
        after=voice.figure(turn.after),
        since=voice.figure(turn.begins),
        at=voice.figure(turn.reached),
    )
    return cite(text, *turn.facts())


def _gaps(gaps: list[Gap], voice: Voice) -> list[Text]:
    """Series that come again at one moment, as after a scrape that failed, are named together."""
    together: dict[float | None, list[Gap]] = {}
    for gap in gaps:
        together.setdefault(gap.again.value if gap.again else None, []).append(gap)
    texts = []
    for at, group in together.items():
        names = voice.listed(voice.subject(gap.subject) for gap in group)
        key = "timeline.gap.open" if at is None else "timeline.gap"
        text = voice.say(key, name=names, again=voice.figure(group[0].again))
        texts.append(cite(text, *(fact for gap in group for fact in gap.facts())))
    return texts


def _bend(bend: Bend, voice: Voice) -> Text:
    subject = bend.shift.subject
    verb, opposite = (voice.way(subject, rises=rises) for rises in (bend.rises, not bend.rises))
    if bend.is_held:
        goes_on = verb if bend.then is Then.HURRIES else opposite
        text = voice.say(
            "timeline.held",
            name=voice.subject(subject),
            level=voice.figure(bend.after),
            at=voice.figure(bend.at),
            verb=goes_on,
        )
        return cite(text, bend.at, bend.after)
    text = voice.say(
        "timeline.bend",
        name=voice.subject(subject),
        verb=verb,
        before=voice.figure(bend.before),
        after=voice.figure(bend.after),
        since=voice.figure(bend.since),
        at=voice.figure(bend.at),
        then=voice.say(f"then.{bend.then}", verb=verb, opposite=opposite),
    )
    return cite(text, *bend.facts())


def _events(row: Row, voice: Voice) -> str:
    said = []
    for entry in row.entries:
        text = voice.event(entry.event) if entry.event else voice.say(f"event.{entry.word}.bare")
        author = _named(entry, voice)
        said.append((text, author))
    authors = list(dict.fromkeys(author for _, author in said))
    if len(authors) == 1 or row.word == "paged":
        text, author = voice.listed(dict.fromkeys(text for text, _ in said)), voice.listed(authors)
        return voice.say("by_author", text=text, author=author) if author else text
    return voice.listed(voice.say("by_author", text=t, author=a) if a else t for t, a in said)


def _named(entry: Entry, voice: Voice) -> str:
    """What stands in brackets behind an event: of a page its channel, else who, where that is known."""
    if entry.event is None:
        return ""
    if entry.word == "paged":
        channel = str(entry.event.attributes.get("channel", ""))
        return voice.say("channel.replay") if channel == REPLAY else channel
    return "" if entry.event.author in _NOBODY else entry.event.author
