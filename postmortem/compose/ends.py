"""How the impact's two ends were found, in words: the definitions, and what a review has to know of them."""

from collections.abc import Iterator

from alerts.charts.model import Unit
from postmortem.compose.timeline import author_words, first_felt, unseen_before, unseen_names
from postmortem.document import Block, Item, Listing, Text
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.impact.missed import Bound, Stretch
from postmortem.impact.reviewed import Moved
from postmortem.later import later_series
from postmortem.report import Report
from postmortem.words.voice import Voice, cite

_MOST_LATER = 3


def start_definition(report: Report, voice: Voice) -> Text:
    """What the start is: by what it was found, or who corrected it."""
    span = report.impact.span
    key = "impact.start.definition.earlier" if span.begins_earlier else _key("start", report)
    name = first_felt(report, voice) if span.is_measured else ""
    found = voice.say(key, name=name, unseen=unseen_names(report, voice))
    return _moved(span.start_moved, found, voice)


def end_definition(report: Report, voice: Voice) -> Text:
    """What the end is: by what it was found, or who corrected it."""
    found = voice.say(_key("end", report), quiet=voice.seconds(report.evidence.quiet_seconds))
    later, end = later_series(report.evidence), report.impact.span.found_end
    if later and end is not None and end.value > report.evidence.end:
        found = voice.say("impact.end.later", definition=found, step=voice.seconds(later[0].step_seconds))
    return _moved(report.impact.span.end_moved, found, voice)


def _key(end: str, report: Report) -> str:
    span = report.impact.span
    if end == "start" and span.unseen:
        return f"impact.start.definition{'' if span.is_measured else '.alert'}.unseen"
    if not (span.is_measured or span.by_objectives):
        return f"impact.{end}.definition.alert"
    return f"impact.{end}.definition{'' if span.by_objectives else '.felt'}"


def _moved(moved: Moved | None, definition: str, voice: Voice) -> Text:
    if moved is None:
        return Text(definition)
    words = author_words(moved.correction.event, voice)
    if moved.found is None:
        return cite(voice.say("impact.corrected.only", text=words), moved.correction.at)
    found = voice.figure(moved.found)
    text = voice.say("impact.corrected", text=words, found=found, definition=definition)
    return cite(text, moved.correction.at, moved.found)


def ends(report: Report, voice: Voice) -> Iterator[Block]:
    """Objectives that are missed at rest, and those that were missed again after the end."""
    span = report.impact.span
    seen = ((span.found_start, span.opened_by), (span.found_end, span.ended_by))
    items = [Item(text) for end in seen for text in unseen_before(*end, report, voice)]
    items += [item for bound in span.resting for item in _resting(bound, report, voice)]
    if span.unended:
        items.append(_unended(report, voice))
    if span.later:
        items.append(_later(span.later, voice))
    if items:
        yield Listing(tuple(items))


def _resting(bound: Bound, report: Report, voice: Voice) -> Iterator[Item]:
    levels: tuple[tuple[str, Fact | None], ...] = (("before", bound.before), ("after", bound.after))
    for word, level in levels:
        if level is not None and bound.subject.slo is not None:
            key = report.evidence.slo_key(bound.subject.slo)
            objective = from_record(report.evidence, RecordKind.SLO, key, "objective", Unit.RATIO)
            values = {"level": voice.figure(level), "objective": voice.figure(objective)}
            text = voice.say(f"impact.rest.{word}", name=voice.subject(bound.subject), **values)
            yield Item(cite(text, level, objective))


def _unended(report: Report, voice: Voice) -> Item:
    """What is missed still; or since when nothing is, if that is too short to say that it stays so."""
    stretches = report.impact.span.unended
    still = {each.subject.series: each.subject for each in stretches if each.ends is None}
    kind = "" if report.impact.span.by_objectives else ".felt"
    if still:
        names = voice.listed(voice.subject(subject) for subject in still.values())
        return Item(Text(voice.say(f"impact.unended{kind}", names=names)))
    last = max((each.ends for each in stretches if each.ends), key=lambda fact: fact.value)
    quiet = voice.seconds(report.evidence.quiet_seconds)
    return Item(cite(voice.say(f"impact.settling{kind}", at=voice.figure(last), quiet=quiet), last))


def _later(later: tuple[Stretch, ...], voice: Voice) -> Item:
    shown = later[:_MOST_LATER]
    parts = [
        voice.say(
            "impact.later.one",
            name=voice.subject(stretch.subject),
            begins=voice.figure(stretch.begins),
            ends=voice.figure(stretch.ends),
        )
        for stretch in shown
    ]
    text = voice.say("impact.later", count=len(later), parts=voice.clauses(parts))
    return Item(cite(text, *(fact for stretch in shown for fact in (stretch.begins, stretch.ends))))
