"""원인 후보 / Candidate causes: what may have happened, with what speaks for it and against it."""

from collections.abc import Iterable, Iterator, Sequence

from postmortem.causes.alike import alike
from postmortem.causes.leads import shift_of
from postmortem.causes.moves import SILENT, Observed
from postmortem.causes.ranking import Cause
from postmortem.document import Block, Item, Listing, Paragraph, Text
from postmortem.proposals import MOST_CAUSES
from postmortem.report import Report
from postmortem.words.voice import Voice, cite


def candidates(report: Report, voice: Voice) -> Iterator[Block]:
    """The first few candidates, those that cannot be told apart as one, or that there is none.

    Then what the first one met and set off.
    """
    ranking = report.ranking
    if not ranking.causes and not report.judged_any:
        yield Paragraph(Text(voice.say("candidates.unjudged")))
        return
    if ranking.hurt is None:
        yield Paragraph(Text(voice.say("candidates.none")))
        return
    if not ranking.causes:
        yield Paragraph(Text(voice.say("candidates.unexplained")))
        return
    groups = alike(ranking.causes)[:MOST_CAUSES]
    told = [_candidate(group, n, report, voice) for n, group in enumerate(groups, start=1)]
    yield Listing(tuple(told), ordered=True)
    for key, moves in (("weaknesses", ranking.weaknesses), ("amplifiers", ranking.amplifiers)):
        if moves:
            yield Paragraph(_moves(f"candidates.{key}", moves, report, voice))


def _candidate(group: Sequence[Cause], number: int, report: Report, voice: Voice) -> Item:
    """Of a group the evidence is the same, and told once."""
    cause = group[0]
    head = Text(voice.say("candidates.item", number=number, name=_name(cause, voice)))
    others = voice.clauses(_name(other, voice) for other in group[1:])
    children = [Text(voice.say("candidates.alike", names=others))] if others else []
    children += [_moves("candidates.evidence", cause.evidence, report, voice)]
    children += [*_lead(cause, report, voice), Text(_dependency(cause, report, voice))]
    if cause.absent:
        names = voice.listed(_titles(cause.absent, voice))
        children.append(Text(voice.say("candidates.absent", names=names)))
    if cause.unexpected:
        children.append(_moves("candidates.unexpected", cause.unexpected, report, voice))
    if cause.earlier:
        children.append(_moves("candidates.earlier", cause.earlier, report, voice))
    if not (cause.absent or cause.unexpected or cause.earlier):
        children.append(Text(voice.say("candidates.no_counter")))
    return Item(head, tuple(children))


def _lead(cause: Cause, report: Report, voice: Voice) -> Iterator[Text]:
    lead = report.lead_of(cause)
    if lead is not None:
        name, delay = voice.subject(lead.shift.subject), voice.delay(lead.seconds)
        text = voice.say(f"candidates.lead.{lead.order}", name=name, lead=delay)
        yield cite(text, lead.seconds)


def _dependency(cause: Cause, report: Report, voice: Voice) -> str:
    """How the services that were hurt come to stand on the part."""
    hurt = report.ranking.hurt
    if not cause.part or hurt is None:
        return voice.say("candidates.traffic")
    signals = report.evidence.signals
    felt_by = [name for name in hurt.services if cause.part in signals.below((name,))]
    others = voice.listed(f"`{name}`" for name in felt_by if name != cause.part)
    key = "both" if others and cause.part in felt_by else "depends" if others else "same"
    if not felt_by:
        key = "unrelated"
    return voice.say(f"candidates.{key}", services=others, part=cause.part)


def _name(cause: Cause, voice: Voice) -> str:
    return voice.say(f"cause.{cause.id}", part=f"`{cause.part}`")


def _moves(key: str, moves: Iterable[Observed], report: Report, voice: Voice) -> Text:
    """Signals with their figures where a turning point was found; else by name alone."""
    parts, facts = [], []
    for seen in _one_each(moves):
        shift = shift_of(seen, report.shifts)
        if shift is None:
            parts.append(voice.say(f"candidates.way.{_way(seen)}", name=voice.subject(seen.subject)))
        else:
            parts.append(voice.say("candidates.move", move=voice.move(shift), at=voice.figure(shift.onset)))
            facts += [shift.before, shift.peak, shift.peak_at, shift.onset]
    return cite(voice.say(key, moves=voice.clauses(parts)), *facts)


def _way(seen: Observed) -> str:
    return SILENT if seen.move == SILENT else "up" if seen.rises else "down"


def _titles(moves: Iterable[Observed], voice: Voice) -> list[str]:
    return [voice.subject(seen.subject) for seen in _one_each(moves)]


def _one_each(moves: Iterable[Observed]) -> list[Observed]:
    return list({seen.subject.series: seen for seen in moves}.values())
