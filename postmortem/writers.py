"""Which document is for whom, and which archive a page carries along."""

from zoneinfo import ZoneInfo

from alerts.charts.model import Language
from postmortem.archive.identity import Audience
from postmortem.compose.write import write_document
from postmortem.document import Document
from postmortem.html import render_html
from postmortem.notice.write import write_notice
from postmortem.public.document import write_public
from postmortem.report import Report
from postmortem.words.overrides import SHIPPED, Templates


def write_for(
    audience: Audience,
    report: Report,
    language: Language,
    zone: ZoneInfo,
    digest: str = "",
    *,
    templates: Templates = SHIPPED,
) -> Document:
    """The document in a language and a time zone. digest: of the report's archive, where that was taken."""
    if audience is Audience.TEAM:
        return write_document(report, language, zone, digest, templates=templates)
    if audience is Audience.PUBLIC:
        return write_public(report, language, zone, digest, templates=templates)
    return write_notice(audience, report, language, zone, digest, templates=templates)


def render_page(document: Document, audience: Audience, archive: str) -> str:
    """The HTML page: the team's carries the archive, that of anybody else nothing but what it shows."""
    return render_html(document, archive if audience is Audience.TEAM else "")
