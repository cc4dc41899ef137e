"""분석 / Analysis: five whys as far as the record goes, and what else the record shows."""

from collections.abc import Iterator

from postmortem.causes.whys import Why
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Text
from postmortem.facts import Fact
from postmortem.proposals import silent_shifts
from postmortem.report import Report
from postmortem.turning_points.turns import Shift
from postmortem.words.voice import Voice, cite

_WHYS = 5


def analysis(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.analysis"))
    yield Heading(3, voice.say("head.whys"))
    yield Paragraph(Text(voice.say("whys.note")))
    asked = [_why(why, voice) for why in report.whys]
    opened = Item(Text(voice.say("whys.open", blank=voice.blank("blank.why"))))
    yield Listing((*asked, *[opened] * (_WHYS - len(asked))), ordered=True)
    yield Heading(4, voice.say("head.insights"))
    yield Listing(tuple(Item(text) for text in _insights(report, voice)))


def _why(why: Why, voice: Voice) -> Item:
    question = voice.say(
        "whys.question", name=voice.subject(why.effect.subject), verb=voice.verb(why.effect, asked=True)
    )
    if why.earlier is None or why.lead is None:
        answer = Text(voice.say("whys.observed.last"))
    else:
        lead, move = voice.delay(why.lead), voice.move(why.earlier)
        facts = (why.lead, why.earlier.before, why.earlier.peak)
        key = "whys.observed.tied" if why.is_tied else "whys.observed"
        answer = cite(voice.say(key, lead=lead, move=move), *facts)
    judgement = Text(
        voice.say("whys.judgement", blank=voice.blank("blank.why_link" if why.earlier else "blank.why_first"))
    )
    return Item(cite(question, why.effect.onset), (answer, judgement))


def _warning(first: Shift, lead: Fact, report: Report, voice: Voice) -> str:
    """How long before detection the first sign was; no order where that is shorter than the uncertainty."""
    name, at = voice.subject(first.subject), voice.figure(first.onset)
    if abs(lead.value) < report.evidence.lookback_seconds:
        window = voice.window(report.evidence.rate_window)
        return voice.say("insights.lead.tied", name=name, at=at, window=window)
    key = "insights.lead" if lead.value > 0 else "insights.lead.late"
    return voice.say(key, name=name, at=at, lead=voice.delay(lead))


def _insights(report: Report, voice: Voice) -> Iterator[Text]:
    first, lead = report.impact.span.first_sign, report.warning
    if first is not None and lead is not None:
        yield cite(_warning(first, lead, report, voice), lead)
    if report.evidence.incident.paged_at is None:
        yield Text(voice.say("insights.unpaged"), ("incident",))
    silent = silent_shifts(report)
    if silent:
        names = voice.listed(voice.subject(shift.subject) for shift in silent)
        yield cite(voice.say("insights.silent", names=names), *(shift.onset for shift in silent))
    yield Text(voice.say("insights.person", blank=voice.blank("blank.insight")))
