"""현상 / Incident overview: timeline, scope, customer impact."""

from collections.abc import Iterator

from alerts.charts.model import Unit
from postmortem.compose.budgets import budget_notes
from postmortem.compose.ends import end_definition, ends, start_definition
from postmortem.compose.losses import loss_items
from postmortem.compose.timeline import timeline
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Table, Text
from postmortem.evidence import UNREADABLE, Subject
from postmortem.facts import Fact
from postmortem.impact.impact import Impact, SliImpact
from postmortem.records import SloRecord
from postmortem.report import Report
from postmortem.turning_points.turns import Shift
from postmortem.words.voice import Voice, cite

_MOST_IN_LINE = 6


def overview(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.overview"))
    yield from timeline(report, voice)
    yield Heading(3, voice.say("head.scope"))
    yield Listing(tuple(_scope(report, voice)))
    yield Heading(3, voice.say("head.customer"))
    yield _times_table(report, voice)
    yield from ends(report, voice)
    if report.start_uncertainty:
        window = voice.seconds(report.start_uncertainty)
        yield Paragraph(Text(voice.say("impact.uncertain", window=window)))
    yield from _sli_blocks(report, voice)
    yield Listing(tuple(_business(report, voice)))


def _scope(report: Report, voice: Voice) -> Iterator[Item]:
    felt = dict.fromkeys(
        shift.subject.signal.service
        for shift in sorted(report.related, key=lambda shift: shift.onset.value)
        if shift.subject.is_user_facing
    )
    shifts = [s for s in report.related if s.subject.signal.role != "business"]
    parts = [s.subject.signal.service for s in shifts if s.subject.signal.service not in felt]
    for key, names in (("scope.services", felt), ("scope.parts", dict.fromkeys(parts))):
        moved = {name: [s for s in shifts if s.subject.signal.service == name] for name in names}
        yield _group(key, moved, report, voice)
    for key, subjects in (
        ("scope.unmoved", _calm(report)),
        ("scope.silent", report.silent),
        ("scope.unjudged", report.unjudged),
    ):
        if subjects:
            yield _named(key, [(s.signal.service, voice.subject(s)) for s in subjects], voice)
    if report.impact.span.apart:
        apart = voice.listed(voice.subject(shift.subject) for shift in report.impact.span.apart)
        yield Item(Text(voice.say("scope.apart", names=apart)))
    missing = report.evidence.unavailable
    if absent := [name for name in missing if not name.startswith(UNREADABLE)]:
        yield _named("scope.missing", [_absent(name, report, voice) for name in absent], voice)
    if unreadable := [f"`{name}`" for name in missing if name.startswith(UNREADABLE)]:
        yield Item(Text(voice.say("scope.unreadable", names=voice.listed(unreadable))))
    yield Item(Text(voice.say("scope.scripts", blank=voice.blank("blank.scripts"))))


def _named(key: str, names: list[tuple[str, str]], voice: Voice) -> Item:
    """Service and name of each: in a line, or a line for each service where they are many."""
    if len(names) <= _MOST_IN_LINE:
        return Item(Text(voice.say(key, names=voice.listed(name for _, name in names))))
    services = dict.fromkeys(service for service, _ in names)
    told = {each: voice.listed(name for service, name in names if service == each) for each in services}
    head = voice.say(key, names=voice.say("scope.count", count=len(names)))
    lines = [voice.say("scope.service", service=service, moves=moves) for service, moves in told.items()]
    return Item(Text(head), tuple(map(Text, lines)))


def _absent(query: str, report: Report, voice: Voice) -> tuple[str, str]:
    """Service and title of what a query without an answer reads; its id where the map does not say."""
    name = query.partition(":")[2]
    found = next((one for one in report.evidence.signals.signals if one.name == name), None)
    return (found.service, found.titled(voice.language)) if found else (name, f"`{name}`")


def unmoved(report: Report, voice: Voice) -> str:
    """What stands where nothing turned: without a series to judge, nobody knows whether something did."""
    return voice.say("scope.none" if report.shifts or report.calm else "scope.unknown")


def _group(key: str, by_service: dict[str, list[Shift]], report: Report, voice: Voice) -> Item:
    title = voice.say(key)
    if not by_service:
        return Item(Text(f"{title}: {unmoved(report, voice)}"))
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
    rows: list[tuple[str, Fact | None, Text]] = []
    if span.first_sign:
        name = voice.subject(span.first_sign.subject)
        rows.append(
            ("first_sign", span.first_sign.onset, Text(voice.say("impact.first_sign.definition", name=name)))
        )
    rows.append(("start", span.start, start_definition(report, voice)))
    rows.append(("end", span.end, end_definition(report, voice)))
    rows += [(name, fact, Text(voice.say(f"impact.{name}.definition"))) for name, fact in _delays(impact)]
    header = tuple(voice.say(f"impact.header.{column}") for column in ("item", "value", "definition"))
    cells = [
        (Text(voice.say(f"impact.{name}")), _time_cell(name, fact, report, voice), definition)
        for name, fact, definition in rows
    ]
    return Table(header, tuple(cells))


def unended(report: Report, voice: Voice) -> str:
    """What stands for an end that the record does not show."""
    return voice.say("ongoing" if report.evidence.incident.resolved_at is None else "beyond_record")


def _delays(impact: Impact) -> Iterator[tuple[str, Fact | None]]:
    for name in ("duration", "to_detect", "to_page", "to_acknowledge", "to_mitigate", "to_resolve"):
        yield name, getattr(impact, name)


def _is_uncertain(name: str, fact: Fact | None, report: Report) -> bool:
    """The start may be late by a query's window, so a shorter delay is a range."""
    return fact is not None and name.startswith("to_") and abs(fact.value) < report.start_uncertainty


def _time_cell(name: str, fact: Fact | None, report: Report, voice: Voice) -> Text:
    if fact is None:
        return Text(unended(report, voice) if name in {"end", "duration"} else voice.figure(None))
    if _is_uncertain(name, fact, report):
        return cite(voice.since_start(fact, report.start_uncertainty), fact)
    if fact.unit == Unit.SECONDS:
        text = delay_of(fact, report, voice)
        return cite(voice.say("impact.earlier", duration=text) if fact.value <= -1 else text, fact)
    is_start = fact is report.impact.span.start and report.impact.span.is_at_least
    text = voice.figure(fact)
    return cite(voice.say("impact.start.earlier", at=text) if is_start else text, fact)


def delay_of(fact: Fact, report: Report, voice: Voice) -> str:
    """A time from the impact's start on: at least as long, where that was before the record."""
    text = voice.delay(fact)
    return voice.say("at_least", duration=text) if report.impact.span.is_at_least else text


def _sli_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    if not report.impact.slis:
        yield Paragraph(Text(voice.say("impact.no_slos")))
        return
    yield _counted(report, voice)
    columns = ("slo", "objective", "total", "bad", "share", "spent", "left")
    header = tuple(voice.say(f"impact.sli.{column}") for column in columns)
    yield Table(header, tuple(_sli_row(sli, voice) for sli in report.impact.slis))
    ratios = [sli.slo.titled(voice.language) for sli in report.impact.slis if not sli.slo.counts_events]
    if ratios:
        yield Paragraph(Text(voice.say("impact.slis.ratios", names=voice.listed(ratios))))
    yield from budget_notes(report, voice)


def _counted(report: Report, voice: Voice) -> Paragraph:
    """What the counts are of: the impact, or as much of it as the record holds."""
    until = voice.say("impact.slis.end")
    if report.impact.span.end is None:
        until = voice.say("impact.slis.record", at=voice.when(report.window_fact("end")))
    return Paragraph(Text(voice.say("impact.slis", until=until)))


def _sli_row(sli: SliImpact, voice: Voice) -> tuple[Text, ...]:
    slo = sli.slo
    name = slo.titled(voice.language)
    if slo.slice_seconds is not None:
        name = voice.say("impact.sli.slices", title=name, slice=voice.seconds(slo.slice_seconds))
    title = voice.say(_period_key(slo), title=name, period=voice.figure(sli.period))
    figures = (sli.total, sli.bad, sli.share, sli.spent, sli.left)
    return (
        Text(title),
        cite(voice.figure(sli.objective), sli.objective),
        *(cite(voice.figure(fact), fact) for fact in figures),
    )


def _period_key(slo: SloRecord) -> str:
    """By the month or year where that is the period; else by its length."""
    if slo.calendar is None:
        return "impact.sli.title"
    whole = f".{slo.calendar.unit.name.lower()}" if slo.calendar.count == 1 else ""
    return f"impact.sli.calendar{whole}"


def _business(report: Report, voice: Voice) -> Iterator[Item]:
    shifts = [s for s in report.shifts if s.subject.signal.role == "business"]
    if shifts:
        moves = voice.clauses(voice.move(s) for s in shifts)
        facts = [fact for s in shifts for fact in (s.before, s.peak)]
        yield Item(cite(voice.say("impact.business", moves=moves), *facts))
    else:
        yield from _business_calm(report, voice)
    losses = report.losses
    yield from (item for loss in losses for item in loss_items(loss, report, voice))
    if not any(loss.interval and loss.interval.worth_low for loss in losses):
        yield Item(Text(voice.say("impact.revenue", blank=voice.blank("blank.revenue"))))
    yield Item(Text(voice.say("impact.support", blank=voice.blank("blank.support"))))


def _lost(report: Report) -> set[str]:
    """The series of which a loss is estimated."""
    return {loss.subject.series for loss in report.losses if loss.interval is not None}


def _calm(report: Report) -> list[Subject]:
    """Without those of which a loss is estimated: a fall that no threshold catches adds up to one."""
    return [subject for subject in report.calm if subject.series not in _lost(report)]


def _business_calm(report: Report, voice: Voice) -> Iterator[Item]:
    lost = _lost(report)
    judged = (("impact.business.none", _calm(report)), ("impact.business.unjudged", report.unjudged))
    named = [(key, [s for s in subjects if s.signal.role == "business"]) for key, subjects in judged]
    if not any(subjects for _, subjects in named):
        mapped = [s.titled(voice.language) for s in report.evidence.signals.signals if s.role == "business"]
        key = "impact.business.empty" if mapped else "impact.business.missing"
        yield Item(Text(voice.say(key, names=voice.listed(mapped))))
    for key, subjects in named:
        names = [voice.subject(s) for s in subjects if s.series not in lost]
        if names:
            yield Item(Text(voice.say(key, names=voice.listed(names))))
