"""What documents of a report say, made anew: once, however many files of it are looked at."""

from postmortem.archive.file import without_archive
from postmortem.archive.identity import Identity
from postmortem.document import Document
from postmortem.markdown import render_markdown
from postmortem.report import Report
from postmortem.words.overrides import Templates
from postmortem.writers import render_page, write_for


class Remade:
    """The documents of one report, by what each says of itself and the words that it is in."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._documents: dict[tuple[Identity, str], Document] = {}
        self._texts: dict[tuple[Identity, str, bool], str] = {}

    def document(self, identity: Identity, templates: Templates) -> Document:
        """As it would be written."""
        key = (identity, templates.mark(identity.language, identity.audience))
        if key not in self._documents:
            language, zone, digest = identity.language, identity.time_zone, identity.digest
            self._documents[key] = write_for(
                identity.audience, self._report, language, zone, digest, templates=templates
            )
        return self._documents[key]

    def text(self, name: str, identity: Identity, templates: Templates) -> str:
        """As a file with such a name reads, without the archive that a page carries."""
        is_page = name.endswith(".html")
        key = (identity, templates.mark(identity.language, identity.audience), is_page)
        if key not in self._texts:
            document = self.document(identity, templates)
            self._texts[key] = (
                without_archive(render_page(document, identity.audience, " "))
                if is_page
                else render_markdown(document)
            )
        return self._texts[key]
