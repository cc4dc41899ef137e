"""The report for the public: what customers met, when, and what only people can add."""

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from alerts.charts.model import Band, Chart, Language, Line
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience, Identity
from postmortem.compose.own import in_order
from postmortem.document import (
    Block,
    Callout,
    Charts,
    Document,
    Heading,
    Item,
    Listing,
    Paragraph,
    Text,
    Tile,
)
from postmortem.public.speech import feature, impact_text, item_text, summary_text
from postmortem.public.told import Felt, Step, Told, tell
from postmortem.report import Report
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.words.voice import Voice


def write_public(
    report: Report, language: Language, zone: ZoneInfo, digest: str = "", *, templates: Templates = SHIPPED
) -> Document:
    """The document in a language and a time zone. digest: of the report's archive, where that was taken."""
    voice = Voice(templates.catalogue(language), zone, report.origin, report.evidence.window)
    told = tell(report)
    mark = templates.mark(language, Audience.PUBLIC)
    identity = Identity(digest or Archive.of(report).digest, language, str(zone), Audience.PUBLIC, mark)
    sections = {name: partial(write, told, voice) for name, write in _SECTIONS.items()}
    blocks = in_order(templates.sections_of(Audience.PUBLIC), sections, language)
    day = voice.day(told.start or told.seen_until)
    return Document(
        language=language,
        title=voice.say("public.title", day=day),
        sources_title="",
        blank_marks=voice.blank_marks,
        tiles=tuple(_tiles(told, voice)),
        blocks=(*_warnings(told, voice), *blocks),
        sources={},
        archive=voice.say("public.archive", identity=str(identity)),
        numbers=told.numbers,
    )


def _warnings(told: Told, voice: Voice) -> Iterator[Block]:
    if told.evidence.is_drill:
        yield Callout(Text(voice.say("public.drill")))
    if told.evidence.case:
        yield Callout(Text(voice.say("public.case")))


def _tiles(told: Told, voice: Voice) -> Iterator[Tile]:
    if told.duration is not None:
        yield Tile(voice.say("tile.duration"), voice.about(told.duration))


def _summary(told: Told, voice: Voice) -> Iterator[Block]:
    yield Heading(2, voice.say("public.head.summary"))
    yield Paragraph(Text(summary_text(told, voice)))


def _impact(told: Told, voice: Voice) -> Iterator[Block]:
    yield Heading(2, voice.say("public.head.impact"))
    items = [Item(Text(impact_text(felt, told, voice))) for felt in told.felt]
    yield Listing((*items, Item(Text(voice.blank("public.impact.more")))))
    yield Charts(tuple(_chart(felt, told, voice) for felt in told.felt), "")


def _chart(felt: Felt, told: Told, voice: Voice) -> Chart:
    """The share over time, without the objective's line: that is the team's own."""
    evidence, series = told.evidence, told.evidence.series[felt.shift.subject.series]
    start = felt.shift.onset if told.start is None else told.start
    end = evidence.end if told.end is None else told.end.value
    name = voice.say(f"public.chart.{felt.kind}", feature=feature(felt, told, voice))
    return Chart(
        id=f"chart-{felt.number}",
        title=name,
        unit=felt.shift.subject.signal.unit,
        lines=(Line(name, tuple(series.times.tolist()), tuple(series.values.tolist())),),
        start=evidence.analysis_start,
        end=evidence.end,
        zone=voice.zone,
        language=voice.language,
        bands=(Band(start.value, end, voice.say("public.chart.band")),),
    )


def _course(told: Told, voice: Voice) -> Iterator[Block]:
    yield Heading(2, voice.say("public.head.course", zone=voice.zone_name))
    yield Listing(tuple(Item(Text(_step(step, told, voice))) for step in told.steps))


def _step(step: Step, told: Told, voice: Voice) -> str:
    if step.felt:
        told_of = (_felt(step, felt, told, voice) for felt in step.felt)
        text = voice.clauses(told_of)
    else:
        text = voice.say(f"public.step.{step.kind}")
    return voice.say("public.step", at=voice.minute(step.at, on_day_of=told.start), text=text)


def _felt(step: Step, felt: Felt, told: Told, voice: Voice) -> str:
    return voice.say(f"public.step.{step.kind}.{felt.kind}", feature=feature(felt, told, voice))


def _cause(told: Told, voice: Voice) -> Iterator[Block]:
    """A hypothesis is a hint to whoever fills the blank, and no more."""
    yield Heading(2, voice.say("public.head.cause"))
    if told.cause is None:
        blank = voice.blank("public.cause.blank")
    else:
        hint = voice.say(f"public.cause.{told.cause}")
        blank = voice.blank("public.cause.hinted", hint=hint)
    yield Paragraph(Text(voice.say("public.cause", blank=blank)))


def _next(told: Told, voice: Voice) -> Iterator[Block]:
    """Of action items only what somebody worded for the public."""
    yield Heading(2, voice.say("public.head.next"))
    done = voice.say("public.done", blank=voice.blank("public.done.blank"))
    blank = "" if told.items else voice.blank("public.next.blank")
    items = tuple(Text(item_text(item, told, voice)) for item in told.items)
    coming = Text(voice.say("public.next", blank=blank).rstrip())
    yield Listing((Item(Text(done)), Item(coming, items)))


_SECTIONS = {"summary": _summary, "impact": _impact, "course": _course, "cause": _cause, "next": _next}
