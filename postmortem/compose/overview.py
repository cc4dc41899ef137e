"""현상 / Incident overview: timeline, scope, customer impact."""

from collections.abc import Iterator

from alerts.charts.model import Unit
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Table, Text
from postmortem.facts import Fact
from postmortem.impact import Impact, SliImpact
from postmortem.records import Good
from postmortem.report import Report
from postmortem.timeline import TIED_INTERVALS, Entry, Row, RowKind
from postmortem.turningpoints import Shift
from postmortem.voice import Voice, cite

REPLAY = "replay"  # the channel of pages that nobody was sent
_TURNS = {RowKind.ONSET, RowKind.EASED, RowKind.RECOVERED}
_MOST_IN_LINE = 2
_NOBODY = {"fireline", "unknown"}


def overview(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.overview"))
    yield Heading(3, voice.say("head.timeline", zone=voice.zone_name))
    yield Paragraph(origin_text(report, voice))
    items = [timeline_item(row, report, voice, "timeline.row") for row in report.timeline]
    yield Listing((*items, Item(Text(voice.blank("timeline.unknown")))))
    evidence = report.evidence
    tied = voice.seconds(TIED_INTERVALS * evidence.interval_seconds)
    yield Paragraph(Text(voice.say("method", tied=tied, window=voice.window(evidence.rate_window))))
    yield Heading(3, voice.say("head.scope"))
    yield Listing(tuple(_scope(report, voice)))
    yield Heading(3, voice.say("head.customer"))
    yield _times_table(report, voice)
    yield from _sli_blocks(report, voice)
    yield Listing(tuple(_business(report, voice)))


def origin_text(report: Report, voice: Voice) -> Text:
    """From when T+ times count, and why."""
    span = report.impact.span
    at = f"{voice.when(span.start)} {voice.zone_name}"
    if not span.is_measured:
        return cite(voice.say("origin.alert", at=at), span.start)
    return cite(voice.say("origin.measured", at=at, name=_first_felt(report, voice)), span.start)


def timeline_item(row: Row, report: Report, voice: Voice, key: str) -> Item:
    """A row of a timeline, with the sources of its figures; ``key`` is the message that dates it."""
    assert row.fact is not None
    times = {"at": voice.when(row.fact), "t": voice.t_plus(report.since_origin(row.fact))}
    parts = _turns(row, voice) if row.kind in _TURNS else [_told(row, voice)]
    if len(parts) > _MOST_IN_LINE:
        head = voice.say(f"timeline.many.{row.kind}", count=len(parts))
        return Item(Text(voice.say(key, **times, text=head)), tuple(parts))
    text = voice.clauses(part.text for part in parts)
    refs = dict.fromkeys(ref for part in parts for ref in part.refs)
    return Item(Text(voice.say(key, **times, text=text), tuple(refs)))


def _told(row: Row, voice: Voice) -> Text:
    if row.kind in {RowKind.FIRED, RowKind.ENDED}:
        alerts = [voice.alert(entry.alert) for entry in row.entries if entry.alert is not None]
        return Text(
            voice.say(f"timeline.{row.kind}", alerts=voice.listed(dict.fromkeys(alerts))), ("incident",)
        )
    return cite(_events(row, voice), *(entry.fact for entry in row.entries))


def _turns(row: Row, voice: Voice) -> list[Text]:
    """One text a series; what has eased is named together, since it has no figure."""
    shifts = [entry.shift for entry in row.entries if entry.shift is not None]
    if row.kind is RowKind.ONSET:
        return [cite(voice.move(s, row.at), s.before, s.onset, s.peak) for s in shifts]
    texts = []
    for neutral in (False, True):
        mine = [shift for shift in shifts if (shift.subject.signal.good is Good.NONE) is neutral]
        key = f"timeline.{row.kind}.neutral" if neutral else f"timeline.{row.kind}"
        if mine and row.kind is RowKind.EASED:
            names = voice.listed(voice.subject(shift.subject) for shift in mine)
            texts.append(cite(voice.say(key, names=names), *(shift.eased for shift in mine)))
        elif mine:
            texts += [_recovered(key, shift, voice) for shift in mine]
    return texts


def _recovered(key: str, shift: Shift, voice: Voice) -> Text:
    peak, after = voice.figure(shift.peak), voice.figure(shift.after)
    text = voice.say(key, name=voice.subject(shift.subject), peak=peak, after=after)
    return cite(text, shift.recovered, shift.peak, shift.after)


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


def _scope(report: Report, voice: Voice) -> Iterator[Item]:
    felt = [s for s in report.shifts if s.subject.is_user_facing]
    own = {s.subject.signal.service for s in felt}
    rest = [s for s in report.shifts if not s.subject.is_user_facing and s.subject.signal.role != "business"]
    services = sorted(
        own, key=lambda name: next(s.onset.value for s in felt if s.subject.signal.service == name)
    )
    yield _group(
        "scope.services", {n: [s for s in felt if s.subject.signal.service == n] for n in services}, voice
    )
    parts = dict.fromkeys(s.subject.signal.service for s in rest)
    yield _group("scope.parts", {n: [s for s in rest if s.subject.signal.service == n] for n in parts}, voice)
    for key, subjects in (("scope.unmoved", report.calm), ("scope.unjudged", report.unjudged)):
        if subjects:
            yield Item(Text(voice.say(key, names=voice.listed(voice.subject(s) for s in subjects))))
    if report.evidence.unavailable:
        names = voice.listed(f"`{name.partition(':')[2]}`" for name in report.evidence.unavailable)
        yield Item(Text(voice.say("scope.missing", names=names)))
    yield Item(Text(voice.say("scope.scripts", blank=voice.blank("blank.scripts"))))


def _group(key: str, by_service: dict[str, list[Shift]], voice: Voice) -> Item:
    title = voice.say(key)
    if not by_service:
        return Item(Text(f"{title}: {voice.say('scope.none')}"))
    children = [
        cite(
            voice.say("scope.service", service=service, moves=voice.clauses(voice.move(s) for s in shifts)),
            *(fact for s in shifts for fact in (s.before, s.peak)),
        )
        for service, shifts in by_service.items()
    ]
    return Item(Text(title), tuple(children))


def _times_table(report: Report, voice: Voice) -> Table:
    impact = report.impact
    span = impact.span
    rows: list[tuple[str, Fact | None, str]] = []
    if span.first_sign:
        name = voice.subject(span.first_sign.subject)
        rows.append(
            ("first_sign", span.first_sign.onset, voice.say("impact.first_sign.definition", name=name))
        )
    start = (
        voice.say("impact.start.definition", name=_first_felt(report, voice))
        if span.is_measured
        else voice.say("impact.start.definition.alert")
    )
    rows.append(("start", span.start, start))
    rows.append(("end", span.end, voice.say("impact.end.definition")))
    rows += [(name, fact, _delay_definition(name, fact, report, voice)) for name, fact in _delays(impact)]
    header = tuple(voice.say(f"impact.header.{column}") for column in ("item", "value", "definition"))
    cells = [
        (Text(voice.say(f"impact.{name}")), _time_cell(name, fact, report, voice), Text(d))
        for name, fact, d in rows
    ]
    return Table(header, tuple(cells))


def unended(report: Report, voice: Voice) -> str:
    """What stands for an end that the record does not show."""
    return voice.say("ongoing" if report.evidence.incident.resolved_at is None else "beyond_record")


def _delays(impact: Impact) -> Iterator[tuple[str, Fact | None]]:
    for name in ("duration", "to_detect", "to_page", "to_acknowledge", "to_mitigate", "to_resolve"):
        yield name, getattr(impact, name)


def _delay_definition(name: str, fact: Fact | None, report: Report, voice: Voice) -> str:
    definition = voice.say(f"impact.{name}.definition")
    if not _is_uncertain(name, fact, report):
        return definition
    return voice.say(
        "impact.uncertain", definition=definition, window=voice.window(report.evidence.rate_window)
    )


def _is_uncertain(name: str, fact: Fact | None, report: Report) -> bool:
    """The start may be late by a query's window, so a shorter delay is a range."""
    is_delay = fact is not None and name.startswith("to_") and report.impact.span.is_measured
    return is_delay and fact is not None and abs(fact.value) < report.evidence.lookback_seconds


def _time_cell(name: str, fact: Fact | None, report: Report, voice: Voice) -> Text:
    if fact is None:
        return Text(unended(report, voice) if name in {"end", "duration"} else voice.figure(None))
    if _is_uncertain(name, fact, report):
        return cite(voice.since_start(fact, report.evidence.lookback_seconds), fact)
    if fact.unit == Unit.SECONDS:
        text = voice.delay(fact)
        return cite(voice.say("impact.earlier", duration=text) if fact.value <= -1 else text, fact)
    return cite(voice.figure(fact), fact)


def _sli_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    if not report.impact.slis:
        yield Paragraph(Text(voice.say("impact.no_slos")))
        return
    yield Paragraph(Text(voice.say("impact.slis")))
    columns = ("slo", "objective", "total", "bad", "share", "spent", "left")
    header = tuple(voice.say(f"impact.sli.{column}") for column in columns)
    yield Table(header, tuple(_sli_row(sli, voice) for sli in report.impact.slis))


def _sli_row(sli: SliImpact, voice: Voice) -> tuple[Text, ...]:
    slo = sli.slo
    key = "impact.sli.title" if slo.calendar is None else "impact.sli.calendar"
    title = voice.say(key, title=slo.titled(voice.language), period=voice.figure(sli.period))
    figures = (sli.total, sli.bad, sli.share, sli.spent, sli.left)
    return (
        Text(title),
        cite(voice.figure(sli.objective), sli.objective),
        *(cite(voice.figure(fact), fact) for fact in figures),
    )


def _business(report: Report, voice: Voice) -> Iterator[Item]:
    shifts = [s for s in report.shifts if s.subject.signal.role == "business"]
    if shifts:
        moves = voice.clauses(voice.move(s) for s in shifts)
        facts = [fact for s in shifts for fact in (s.before, s.peak)]
        yield Item(cite(voice.say("impact.business", moves=moves), *facts))
    else:
        yield from _business_calm(report, voice)
    yield Item(Text(voice.say("impact.revenue", blank=voice.blank("blank.revenue"))))
    yield Item(Text(voice.say("impact.support", blank=voice.blank("blank.support"))))


def _business_calm(report: Report, voice: Voice) -> Iterator[Item]:
    judged = (("impact.business.none", report.calm), ("impact.business.unjudged", report.unjudged))
    named = [
        (key, [voice.subject(s) for s in subjects if s.signal.role == "business"]) for key, subjects in judged
    ]
    for key, names in [(key, names) for key, names in named if names] or [("impact.business.missing", [])]:
        yield Item(Text(voice.say(key, names=voice.listed(names))))


def _first_felt(report: Report, voice: Voice) -> str:
    first = next(s for s in report.shifts if s.subject.is_user_facing)
    return voice.subject(first.subject)
