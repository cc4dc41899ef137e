"""Is a document what its archive says? Each figure by its link, and the numbers of every generated line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postmortem.archive.digests import DIGEST
from postmortem.archive.file import WITHOUT_ARCHIVE, carried_archive, parse_archive, without_archive
from postmortem.archive.identity import Audience, Identity, find_identity
from postmortem.document import Document, texts
from postmortem.errors import ArchiveError
from postmortem.markdown import render_markdown
from postmortem.public.told import tell
from postmortem.report import Report
from postmortem.verify.anchors import Anchors, read_anchors
from postmortem.verify.difference import NOTHING, Difference
from postmortem.verify.forms import PrintedForms
from postmortem.verify.lines import GeneratedLines
from postmortem.verify.links import Facts, Printed, facts_by_number, printed_figures
from postmortem.verify.places import IN_PLACE, Places, compare_places
from postmortem.verify.public_file import check_public_file
from postmortem.verify.verdict import Verdict
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.writers import render_page, write_for

SUFFIXES = (".md", ".html")
PUBLIC_ENDING = ".public.json"


@dataclass(frozen=True)
class DocumentVerdict:
    """figures: how many links were looked at. theirs: lines that people wrote or changed.

    places: of the generated lines that are gone.
    """

    figures: int
    differences: tuple[Difference, ...]
    theirs: int = 0
    places: Places = IN_PLACE


def beside(archive: Path) -> tuple[Path, ...]:
    """The documents named as the archive is: report.ko.md, report.html, report.public.json by report.json."""
    stem = archive.name.removesuffix(archive.suffix)
    found = (path for path in archive.absolute().parent.iterdir() if path.name.startswith(f"{stem}."))
    others = (path for path in found if path.name != archive.name)
    return tuple(sorted(p for p in others if p.suffix in SUFFIXES or p.name == f"{stem}{PUBLIC_ENDING}"))


def verify_document(
    name: str,
    text: str,
    archive: Mapping[str, Any],
    verdict: Verdict,
    templates: Templates = SHIPPED,
) -> DocumentVerdict:
    """What differs from the archive; of its generated lines only where the archive itself held.

    name: that of the file, whose ending tells Markdown from HTML and the JSON for the public.
    """
    if name.endswith(".json"):
        return DocumentVerdict(*check_public_file(name, text, archive, verdict.report))
    identity = find_identity(text)
    if identity is None:
        missing = Difference(
            f"{name}: the archive it was made from", "no line that names one", archive.get(DIGEST)
        )
        return DocumentVerdict(0, (missing,))
    read = without_archive(text)
    anchors = read_anchors(name, read)
    differences = [*_check_identity(name, identity, archive), *_check_carried(name, text, anchors, archive)]
    figures = [*printed_figures(text), *anchors.other_figures(name, text)]
    if others := _other_words(name, identity, templates):
        return DocumentVerdict(len(figures), (*differences, others))
    if verdict.evidence is not None:
        forms = PrintedForms(identity, verdict.facts, verdict.evidence, templates)
        facts = _facts_of(identity, text, None if differences else verdict.report)
        differences += () if facts is None else _check_figures(name, figures, facts, forms)
    differences += (
        Difference(f"{name}:{line}", f"a second {id_}", "one") for id_, line in anchors.repeated()
    )
    if verdict.report is None or differences:
        return DocumentVerdict(len(figures), tuple(differences))
    document = _made_again(identity, verdict.report, str(archive.get(DIGEST)), templates)
    count = len(figures) or document.count_figures()  # a notice's figures have no numbers
    return _compared(name, read, document, _text_of(name, identity, document), count)


def _compared(name: str, read: str, document: Document, made: str, figures: int) -> DocumentVerdict:
    """What was read beside the text that was made of the document."""
    kept = tuple(said.text for said in texts(document.blocks) if said.is_kept)
    found, theirs = GeneratedLines(made, kept).compare(name, read)
    return DocumentVerdict(figures, tuple(found), theirs, compare_places(made, read))


def _check_identity(name: str, identity: Identity, archive: Mapping[str, Any]) -> Iterator[Difference]:
    if identity.digest != archive.get(DIGEST):
        yield Difference(f"{name}: the archive it was made from", identity.digest, archive.get(DIGEST))


def _other_words(name: str, identity: Identity, templates: Templates) -> Difference | None:
    """In other words every line would be accused; a document without a mark is compared."""
    given = templates.mark(identity.language, identity.audience)
    if not identity.words or identity.words == given:
        return None
    known = f"those of --templates ({given})" if given else "the shipped ones: --templates is missing"
    return Difference(f"{name}: words", f"those of a --templates folder ({identity.words})", known)


def _check_carried(
    name: str, text: str, anchors: Anchors, archive: Mapping[str, Any]
) -> Iterator[Difference]:
    """The archive of a page is the one that its only link to one holds, as pages spell it."""
    place = f"{name}: the archive that it carries"
    try:
        carried = carried_archive(text)
        if carried is not None and parse_archive(name, carried) != archive:
            yield Difference(place, "another archive", archive.get(DIGEST))
    except ArchiveError as error:
        yield Difference(place, str(error), archive.get(DIGEST))
    links = anchors.carried()
    others = [link for link in links[:1] if link.address != WITHOUT_ARCHIVE] + list(links[1:])
    yield from (Difference(f"{name}:{link.line}", "another archive", archive.get(DIGEST)) for link in others)


def _facts_of(identity: Identity, text: str, report: Report | None) -> Facts | None:
    """The facts of a document's numbers. The public's are those of the report, as it says nothing of them."""
    if identity.audience is not Audience.PUBLIC:
        return facts_by_number(text)
    return {number: fact for fact, number in tell(report).numbers.items()} if report else None


def _check_figures(
    name: str, figures: Iterable[Printed], facts: Facts, forms: PrintedForms
) -> Iterator[Difference]:
    for printed in figures:
        fact = facts.get(printed.number)
        known = forms.of(fact) if fact is not None else ()
        if printed.text not in known:
            meant = NOTHING if fact is None else f"{fact} ({' or '.join(known) or 'no such figure'})"
            yield Difference(f"{name}:{printed.line}", printed.text, meant)


def _made_again(identity: Identity, report: Report, digest: str, templates: Templates) -> Document:
    return write_for(
        identity.audience, report, identity.language, identity.time_zone, digest, templates=templates
    )


def _text_of(name: str, identity: Identity, document: Document) -> str:
    if name.endswith(".html"):
        return without_archive(render_page(document, identity.audience, " "))
    return render_markdown(document)
