"""현상 / Incident overview: timeline, scope, customer impact."""

from collections.abc import Iterator

from alerts.charts.model import Unit
from alerts.charts.quantities import format_percent, format_quantity
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Table, Text
from postmortem.facts import Fact
from postmortem.impact import Impact, SliImpact
from postmortem.records import Good
from postmortem.report import Report
from postmortem.timeline import TIED_INTERVALS, Row, RowKind
from postmortem.turningpoints import Shift
from postmortem.voice import Voice, cite


def overview(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.overview"))
    yield Heading(3, voice.say("head.timeline", zone=voice.zone_name))
    yield Paragraph(origin_text(report, voice))
    rows = [timeline_text(row, voice) for row in report.timeline]
    items = [
        Item(
            Text(
                voice.say("timeline.row", at=voice.moment(row.at), t=voice.t_plus(row.at), text=text.text),
                text.refs,
            )
        )
        for row, text in zip(report.timeline, rows, strict=True)
    ]
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
    at = f"{voice.moment(span.start.value)} {voice.zone_name}"
    if not span.is_measured:
        return cite(voice.say("origin.alert", at=at), span.start)
    return cite(voice.say("origin.measured", at=at, name=_first_felt(report, voice)), span.start)


def timeline_text(row: Row, voice: Voice) -> Text:
    """What a row says, with the sources of its figures."""
    facts: list[Fact | None] = [entry.fact for entry in row.entries]
    match row.kind:
        case RowKind.ONSET | RowKind.EASED | RowKind.RECOVERED:
            shifts = [entry.shift for entry in row.entries if entry.shift is not None]
            for shift in shifts:
                facts += [shift.before, shift.peak, shift.after]
            text = _turns(row.kind, shifts, voice)
        case RowKind.FIRED | RowKind.ENDED:
            alerts = [voice.alert(entry.alert) for entry in row.entries if entry.alert is not None]
            text = voice.say(f"timeline.{row.kind}", alerts=voice.listed(dict.fromkeys(alerts)))
            return Text(text, ("incident",))
        case RowKind.MILESTONE | RowKind.EVENT:
            text = _events(row, voice)
    return cite(text, *facts)


def _turns(kind: RowKind, shifts: list[Shift], voice: Voice) -> str:
    if kind is RowKind.ONSET:
        first = min(shift.onset.value for shift in shifts)
        return voice.clauses(voice.move(shift, first) for shift in shifts)
    said = []
    for neutral in (False, True):
        mine = [shift for shift in shifts if (shift.subject.signal.good is Good.NONE) is neutral]
        key = f"timeline.{kind}.neutral" if neutral else f"timeline.{kind}"
        if mine and kind is RowKind.EASED:
            said.append(voice.say(key, names=voice.listed(voice.subject(shift.subject) for shift in mine)))
        elif mine:
            said += [_recovered(key, shift, voice) for shift in mine]
    return voice.clauses(said)


def _recovered(key: str, shift: Shift, voice: Voice) -> str:
    peak, after = voice.figure(shift.peak), voice.figure(shift.after)
    return voice.say(key, name=voice.subject(shift.subject), peak=peak, after=after)


def _events(row: Row, voice: Voice) -> str:
    said = []
    for entry in row.entries:
        text = voice.event(entry.event) if entry.event else voice.say(f"event.{entry.word}.bare")
        author = entry.event.author if entry.event else ""
        said.append((text, author if author != "fireline" else ""))
    authors = {author for _, author in said}
    if len(authors) == 1:
        text, author = voice.listed(dict.fromkeys(text for text, _ in said)), authors.pop()
        return voice.say("by_author", text=text, author=author) if author else text
    return voice.listed(voice.say("by_author", text=t, author=a) if a else t for t, a in said)


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
    moved = {shift.subject.series for shift in report.shifts}
    calm = [voice.subject(subject) for subject in report.evidence.subjects if subject.series not in moved]
    if calm:
        yield Item(Text(voice.say("scope.unmoved", names=voice.listed(calm))))
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
    rows += [(name, fact, voice.say(f"impact.{name}.definition")) for name, fact in _delays(impact)]
    header = tuple(voice.say(f"impact.header.{column}") for column in ("item", "value", "definition"))
    cells = [
        (Text(voice.say(f"impact.{name}")), _time_cell(name, fact, voice), Text(d)) for name, fact, d in rows
    ]
    return Table(header, tuple(cells))


def _delays(impact: Impact) -> Iterator[tuple[str, Fact | None]]:
    for name in ("duration", "to_detect", "to_page", "to_acknowledge", "to_mitigate", "to_resolve"):
        yield name, getattr(impact, name)


def _time_cell(name: str, fact: Fact | None, voice: Voice) -> Text:
    if fact is None:
        return Text(voice.say("ongoing") if name in {"end", "duration"} else voice.figure(None))
    if fact.unit == Unit.SECONDS and fact.value < 0:
        return cite(voice.say("impact.earlier", duration=voice.seconds(-fact.value)), fact)
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
    period = format_quantity(slo.period_seconds, Unit.SECONDS, voice.language)
    title = voice.say("impact.sli.title", title=slo.titled(voice.language), period=period)
    figures = (sli.total, sli.bad, sli.share, sli.spent, sli.left)
    return (
        Text(title),
        Text(format_percent(slo.objective), ("slo",)),
        *(cite(voice.figure(fact), fact) for fact in figures),
    )


def _business(report: Report, voice: Voice) -> Iterator[Item]:
    shifts = [s for s in report.shifts if s.subject.signal.role == "business"]
    if shifts:
        moves = voice.clauses(voice.move(s) for s in shifts)
        facts = [fact for s in shifts for fact in (s.before, s.peak)]
        yield Item(cite(voice.say("impact.business", moves=moves), *facts))
    else:
        calm = [voice.subject(s) for s in report.evidence.subjects if s.signal.role == "business"]
        key = "impact.business.none" if calm else "impact.business.missing"
        yield Item(Text(voice.say(key, names=voice.listed(calm))))
    yield Item(Text(voice.say("impact.revenue", blank=voice.blank("blank.revenue"))))
    yield Item(Text(voice.say("impact.support", blank=voice.blank("blank.support"))))


def _first_felt(report: Report, voice: Voice) -> str:
    first = next(s for s in report.shifts if s.subject.is_user_facing)
    return voice.subject(first.subject)
