"""The whole document: head, the seed document's chapters in its order, and the sources."""

from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience, Identity
from postmortem.compose.analysis import analysis
from postmortem.compose.derivations import derivations
from postmortem.compose.overview import delay_of, overview, unended
from postmortem.compose.own import in_order
from postmortem.compose.plan import plan, tracking
from postmortem.compose.recovery import recovery
from postmortem.compose.summary import metrics
from postmortem.document import Block, Callout, Document, Paragraph, Table, Text, Tile, texts
from postmortem.later import later_series
from postmortem.records import Event, SloRecord
from postmortem.report import Report
from postmortem.words.headline import headline
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.words.voice import Voice

_CHAPTERS: dict[str, Callable[[Report, Voice], Iterator[Block]]] = {
    "overview": overview,
    "recovery": recovery,
    "analysis": analysis,
    "plan": plan,
    "metrics": metrics,
    "tracking": tracking,
}


def write_document(
    report: Report, language: Language, zone: ZoneInfo, digest: str = "", *, templates: Templates = SHIPPED
) -> Document:
    """The report in a language and a time zone. digest: of its archive, where that was taken already."""
    voice = Voice(templates.catalogue(language), zone, report.origin, report.evidence.window)
    chapters = {name: partial(write, report, voice) for name, write in _CHAPTERS.items()}
    body = (
        _facts_table(report, voice),
        *in_order(templates.sections_of(Audience.TEAM), chapters, language),
    )
    blank_start = voice.blank_marks[0]
    count = sum(text.text.count(f"{blank_start}:") for text in texts(body))
    intro = Paragraph(Text(voice.say("intro", count=count, zone=voice.zone_name), is_kept=True))
    mark = templates.mark(language, Audience.TEAM)
    identity = Identity(digest or Archive.of(report).digest, language, str(zone), words=mark)
    return Document(
        language=language,
        title=voice.say("title", title=headline(_subject(report, voice), language)),
        sources_title=voice.say("sources"),
        blank_marks=voice.blank_marks,
        tiles=tuple(_tiles(report, voice)),
        blocks=(*_warnings(report, voice), intro, *body),
        sources=_sources(report, voice),
        figures_title=voice.say("figures"),
        figures_note=voice.say("figures.note"),
        derivations=derivations(report, voice),
        archive=voice.say("archive", identity=str(identity)),
        archive_title=voice.say("archive.download"),
    )


def _subject(report: Report, voice: Voice) -> str:
    """The title in the reader's language; of a server without one, what the first page or detection said."""
    if title := report.evidence.incident.titles.get(voice.language):
        return title
    first: dict[str, Event] = {}
    for event in report.evidence.events:
        first.setdefault(event.kind, event)
    said = first.get("paged") or first.get("detected")
    return voice.words(said) if said else report.evidence.incident.title


def _warnings(report: Report, voice: Voice) -> Iterator[Block]:
    evidence = report.evidence
    if evidence.is_drill:
        yield Callout(Text(voice.say("drill"), ("event",)))
    if evidence.case:
        yield Callout(Text(voice.say("case", case=evidence.case), ("incident",)))
    if evidence.is_cut:
        yield Callout(Text(_cut(report, voice)))
    if evidence.synthetic_until is not None:
        used = evidence.analysis_start < evidence.synthetic_until
        key = "synthetic_window_used" if used else "synthetic_window"
        yield Callout(Text(voice.say(key, until=voice.moment(evidence.synthetic_until))))
    if evidence.has_synthetic_period:
        yield Callout(Text(voice.say("synthetic_period")))


def _cut(report: Report, voice: Voice) -> str:
    end, later = voice.when(report.window_fact("end")), later_series(report.evidence)
    if not later:
        return voice.say("cut", end=end)
    return voice.say("cut.later", end=end, step=voice.seconds(later[0].step_seconds))


def _facts_table(report: Report, voice: Voice) -> Table:
    incident = report.evidence.incident
    start, end = (voice.when(report.window_fact(field)) for field in ("analysis_start", "end"))
    rows = (
        ("id", Text(f"`{incident.id}`", ("incident",))),
        ("severity", Text(_severity(incident.severity, voice))),
        ("services", Text(voice.listed(f"`{name}`" for name in incident.services))),
        ("state", Text(voice.say(f"state.{incident.state}"))),
        ("window", Text(f"{start} ~ {end} {voice.zone_name}")),
        ("author", Text(voice.blank("blank.author"))),
    )
    header = (voice.say("incident.table.item"), voice.say("incident.table.value"))
    return Table(header, tuple((Text(voice.say(f"incident.{key}")), value) for key, value in rows))


def _severity(name: str, voice: Voice) -> str:
    """In words; one that only a server from elsewhere knows, as it says it."""
    key = f"severity.{name}"
    return voice.say(key) if key in voice.catalogue.messages else name


def _tiles(report: Report, voice: Voice) -> Iterator[Tile]:
    impact = report.impact
    duration = delay_of(impact.duration, report, voice) if impact.duration else unended(report, voice)
    yield Tile(voice.say("tile.duration"), duration)
    window, detect = report.start_uncertainty, impact.to_detect
    if impact.span.is_known and detect is not None and detect.value > -window:
        yield Tile(voice.say("tile.detect"), voice.since_start(detect, window))
    spenders = [sli for sli in impact.slis if sli.spent is not None]
    spenders = [sli for sli in spenders if sli.shift is not None] or spenders
    worst = max(spenders, key=lambda sli: sli.spent.value if sli.spent else 0.0, default=None)
    if worst is not None:
        title = worst.slo.titled(voice.language)
        if worst.bad is not None:
            yield Tile(_missed(worst.slo, title, voice), voice.figure(worst.bad))
        yield Tile(voice.say("tile.spent", title=title), voice.figure(worst.spent))


def _missed(slo: SloRecord, title: str, voice: Voice) -> str:
    """What the count of a tile is of: requests, or slices of time."""
    if slo.slice_seconds is None:
        return voice.say("tile.failed", title=title)
    return voice.say("tile.failed.slices", title=title, slice=voice.seconds(slo.slice_seconds))


def _sources(report: Report, voice: Voice) -> dict[str, str]:
    evidence = report.evidence
    sources = {
        name: voice.say(
            f"source.{'case.' if evidence.case else ''}{name}", id=evidence.incident.id, case=evidence.case
        )
        for name in ("incident", "event", "slo")
    }
    sources["window"] = voice.say("source.window")
    sources["estimate"] = voice.say("source.estimate")
    for series in evidence.series.values():
        if series.is_instant:
            text = voice.say(
                "source.instant",
                query=series.query,
                at=voice.moment(series.end),
                zone=voice.zone_name,
                id=series.id,
            )
        else:
            text = voice.say(
                "source.range",
                query=series.query,
                start=voice.moment(series.start),
                end=voice.moment(series.end),
                zone=voice.zone_name,
                step=voice.seconds(series.step_seconds),
                count=len(series.times),
                id=series.id,
            )
        sources[series.id] = text
    return sources
