"""Is a document what its archive says? Each figure by its link, and the numbers of every generated line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postmortem.archive.archive import archive_text
from postmortem.archive.digests import DIGEST
from postmortem.archive.file import WITHOUT_ARCHIVE, carried_archive, parse_archive, without_archive
from postmortem.archive.identity import Audience, Identity, find_identity
from postmortem.document import Document, texts
from postmortem.errors import ArchiveError
from postmortem.public.told import tell
from postmortem.report import Report
from postmortem.verify.anchors import Anchors, read_anchors
from postmortem.verify.difference import NOTHING, Difference
from postmortem.verify.forms import PrintedForms
from postmortem.verify.hidden import check_hidden
from postmortem.verify.lines import GeneratedLines
from postmortem.verify.links import Facts, Printed, facts_by_number, printed_figures
from postmortem.verify.places import IN_PLACE, Places, compare_places
from postmortem.verify.public_file import check_public_file
from postmortem.verify.remade import Remade
from postmortem.verify.verdict import Verdict
from postmortem.words.overrides import SHIPPED, Templates

SUFFIXES = (".md", ".html")
PUBLIC_ENDING = ".public.json"


@dataclass(frozen=True)
class DocumentVerdict:
    """figures: how many links were looked at. theirs: lines that people wrote or changed, from 1.

    places: of the generated lines that are gone.
    """

    figures: int
    differences: tuple[Difference, ...]
    theirs: tuple[int, ...] = ()
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
    read = without_archive(text)
    identity = find_identity(read)
    if identity is None:
        place = f"{name}: the archive it was made from"
        return DocumentVerdict(0, (Difference(place, "no line that names one", archive.get(DIGEST)),))
    others, remade = _other_words(name, identity, templates), verdict.remade
    is_own = others is None and identity.digest == archive.get(DIGEST)
    made = remade.text(name, identity, templates) if remade and is_own else None
    carried = tuple(_check_carried(name, text, archive))
    if remade and read == made:  # as most are: nothing in it needs a look of its own
        return DocumentVerdict(_count(printed_figures(read), remade, identity, templates), carried)
    anchors = read_anchors(name, read)
    figures = [*printed_figures(read), *anchors.other_figures(name, read)]
    differences = [*_check_identity(name, identity, archive), *carried]
    differences += _other_archives(name, anchors, archive)
    if others:
        return DocumentVerdict(len(figures), (*differences, others))
    if verdict.evidence is not None:
        forms = PrintedForms(identity, verdict.facts, verdict.evidence, templates)
        facts = _facts_of(identity, read, None if differences else verdict.report)
        differences += () if facts is None else _check_figures(name, figures, facts, forms)
    differences += _check_repeated(name, anchors)
    if remade is None or made is None or differences:
        return DocumentVerdict(len(figures), tuple(differences))
    count = _count(figures, remade, identity, templates)
    return _compared(name, read, remade.document(identity, templates), made, count)


def _count(figures: Iterable[Printed], remade: Remade, identity: Identity, templates: Templates) -> int:
    """A notice's figures have no numbers."""
    return sum(1 for _ in figures) or remade.document(identity, templates).count_figures()


def _compared(name: str, read: str, document: Document, made: str, figures: int) -> DocumentVerdict:
    """What was read beside the text that was made of the document."""
    kept = tuple(said.text for said in texts(document.blocks) if said.is_kept)
    found, theirs = GeneratedLines(made, kept).compare(name, read)
    found += check_hidden(name, read, made)
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


def _check_carried(name: str, text: str, archive: Mapping[str, Any]) -> Iterator[Difference]:
    """Whether the archive of a page, as pages spell it, is this one."""
    place = f"{name}: the archive that it carries"
    try:
        carried = carried_archive(text)
        if carried is None or carried == archive_text(archive):
            return
        if parse_archive(name, carried) != archive:
            yield Difference(place, "another archive", archive.get(DIGEST))
    except ArchiveError as error:
        yield Difference(place, str(error), archive.get(DIGEST))


def _other_archives(name: str, anchors: Anchors, archive: Mapping[str, Any]) -> Iterator[Difference]:
    """Links to JSON in a page besides its only one to the archive that was looked at."""
    links = anchors.carried()
    others = [link for link in links[:1] if link.address != WITHOUT_ARCHIVE] + list(links[1:])
    yield from (Difference(f"{name}:{link.line}", "another archive", archive.get(DIGEST)) for link in others)


def _facts_of(identity: Identity, text: str, report: Report | None) -> Facts | None:
    """The facts of a document's numbers. The public's are those of the report, as it says nothing of them."""
    if identity.audience is not Audience.PUBLIC:
        return facts_by_number(text)
    return {number: fact for fact, number in tell(report).numbers.items()} if report else None


def _check_repeated(name: str, anchors: Anchors) -> Iterator[Difference]:
    yield from (Difference(f"{name}:{line}", f"a second {id_}", "one") for id_, line in anchors.repeated())


def _check_figures(
    name: str, figures: Iterable[Printed], facts: Facts, forms: PrintedForms
) -> Iterator[Difference]:
    for printed in figures:
        fact = facts.get(printed.number)
        known = forms.of(fact) if fact is not None else ()
        if printed.text not in known:
            meant = NOTHING if fact is None else f"{fact} ({' or '.join(known) or 'no such figure'})"
            yield Difference(f"{name}:{printed.line}", printed.text, meant)
