"""Reads files of SLOs, whatever their format; each document says which one it is in."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from alerts.documents import Document, read_documents
from alerts.errors import SpecError
from alerts.file_kinds import is_rules, kind_of
from alerts.formats.openslo import is_openslo, read_openslo
from alerts.formats.pyrra import is_pyrra, read_pyrra
from alerts.formats.sloth import PeriodOptions, is_sloth, read_sloth, with_period
from alerts.formats.texts import as_text
from alerts.slo import Slo

Claim = Callable[[Document], bool]
Reader = Callable[[Document], list[Slo]]

FORMATS: dict[str, tuple[Claim, Reader]] = {
    "apiVersion: openslo/v1": (is_openslo, read_openslo),
    "version: prometheus/v1": (is_sloth, read_sloth),
    "apiVersion: pyrra.dev/v1alpha1": (is_pyrra, read_pyrra),
}
"""By what a document of the format says of itself: whether it is one, and what reads it."""


def load_slos(*paths: Path, period: PeriodOptions | None = None) -> list[Slo]:
    """All SLOs of some files, in their order; where a service has a title twice, with their names beside it.

    period: of those whose format does not say it.

    Raises:
        SpecError: for the first mistake, or a name that a service has twice.
    """
    return [slo for slos in load_slo_files(*paths, period=period).values() for slo in slos]


def load_slo_files(*paths: Path, period: PeriodOptions | None = None) -> dict[Path, list[Slo]]:
    """The same by their files: none of a file that only defines what SLOs of others refer to.

    Raises:
        SpecError: as above, or if there is no SLO in any of them.
    """
    documents = [(path, document) for path in paths for document in read_documents(path)]
    beside = tuple(document for _, document in documents)
    slos: dict[tuple[str, str], tuple[Path, Slo]] = {}
    places: dict[str, tuple[Slo, str]] = {}
    for path, document in documents:
        for read in _reader(document)(replace(document, beside=beside)):
            slo = as_text(document.place, read)
            _refuse_twice(slo, document.place, places)
            slos[slo.service, slo.name] = path, slo
    if paths and not slos:
        raise SpecError(f"{', '.join(map(str, paths))}: expected an SLO, found only what SLOs refer to")
    by_file: dict[Path, list[Slo]] = {path: [] for path in paths}
    finished = with_period(_told_apart([slo for _, slo in slos.values()]), period or PeriodOptions())
    for (path, _), slo in zip(slos.values(), finished, strict=True):
        by_file[path].append(slo)
    return by_file


def _refuse_twice(slo: Slo, place: str, places: dict[str, tuple[Slo, str]]) -> None:
    """Service and name are joined by a dash in Sloth's ``sloth_id`` and in the names of groups of rules."""
    joined = f"{slo.service}-{slo.name}"
    other, where = places.setdefault(joined, (slo, place))
    if other is slo:
        return
    if (other.service, other.name) == (slo.service, slo.name):
        raise SpecError(
            f"{place}: expected a name used once in {slo.service}: {slo.name} stands in {where} too"
        )
    told = f"{slo.name} of {slo.service} and {other.name} of {other.service}, in {where}, are both {joined}"
    raise SpecError(f"{place}: expected names that differ when joined to their service's: {told}")


def is_slos(document: Document) -> bool:
    """Whether a document says that it is of SLOs, in any format."""
    return any(claims(document) for claims, _ in FORMATS.values())


def _reader(document: Document) -> Reader:
    for claims, reader in FORMATS.values():
        if claims(document):
            return reader
    found = kind_of(document.content)
    if is_rules(document.content):
        found += "; `fireline alerts backtest` and `ci` take rules"
    raise SpecError(f"{document.place}: expected SLOs ({' or '.join(FORMATS)}), found {found}")


def _told_apart(slos: Sequence[Slo]) -> list[Slo]:
    shown = Counter((slo.service, language, title) for slo in slos for language, title in slo.title.items())
    return [
        replace(
            slo,
            title={
                language: f"{title} ({slo.name})" if shown[slo.service, language, title] > 1 else title
                for language, title in slo.title.items()
            },
        )
        for slo in slos
    ]
