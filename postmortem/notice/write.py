"""A notice as a document, known by the archive that it was drafted from."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience, Identity
from postmortem.document import Block, Callout, Document, Text
from postmortem.notice.customer import customer
from postmortem.notice.phase import Phase
from postmortem.notice.support import support
from postmortem.public.told import Told, tell
from postmortem.report import Report
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.words.voice import Voice


class Kind(StrEnum):
    CUSTOMER = "customer"
    SUPPORT = "support"


_BODIES: dict[Kind, Callable[[Told, Phase, Voice], Iterator[Block]]] = {
    Kind.CUSTOMER: customer,
    Kind.SUPPORT: support,
}


def audience_of(kind: Kind, phase: Phase) -> Audience:
    """Whom it is for, and when."""
    return Audience(f"{kind}-{phase}")


def write_notice(
    audience: Audience,
    report: Report,
    language: Language,
    zone: ZoneInfo,
    digest: str = "",
    *,
    templates: Templates = SHIPPED,
) -> Document:
    """The notice in a language and a time zone. digest: of the report's archive, where that was taken."""
    kind_, _, phase_ = audience.partition("-")
    kind, phase = Kind(kind_), Phase(phase_)
    voice = Voice(templates.catalogue(language), zone, report.origin, report.evidence.window)
    told = replace(tell(report), is_open=phase is Phase.DURING)  # people may know what no record says
    mark = templates.mark(language, audience)
    identity = Identity(digest or Archive.of(report).digest, language, str(zone), audience, mark)
    warned = [Callout(Text(voice.say("public.drill")))] if report.evidence.is_drill else []
    return Document(
        language=language,
        title=voice.say(f"{kind}.title.{phase}"),
        sources_title="",
        blank_marks=voice.blank_marks,
        tiles=(),
        blocks=(*warned, *_BODIES[kind](told, phase, voice)),
        sources={},
        archive=f"<!-- {identity} -->",  # nobody who reads the notice sees it
    )
