"""An archive put to the proof: its digests, its figures, and all that it concludes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from postmortem.archive.archive import made_by
from postmortem.archive.digests import DIGEST, DIGESTS, digest, take_digests
from postmortem.archive.restore import restore_evidence
from postmortem.errors import ArchiveError
from postmortem.evidence import Evidence
from postmortem.report import Report, conclude
from postmortem.verify.conclusions import check_conclusions
from postmortem.verify.difference import NOTHING, Difference, compare
from postmortem.verify.figures import Stored, by_id, check_figures
from postmortem.verify.remade import Remade


@dataclass(frozen=True)
class Verdict:
    """differences: none where all is as stored. notes: what was not looked at, and why.

    facts: the stored figures by id. evidence: None of an archive that holds none. report: concluded again,
    None where it was not, or came out otherwise.
    """

    facts: Stored
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    evidence: Evidence | None = None
    report: Report | None = None

    @cached_property
    def remade(self) -> Remade | None:
        """The documents of the report."""
        return None if self.report is None else Remade(self.report)


def verify_archive(archive: Mapping[str, Any]) -> Verdict:
    """What differs. The archive's schema is known to be ours; all else in it may be anything."""
    facts = by_id(archive.get("facts"))
    damage = tuple(check_digests(archive))
    try:
        evidence = restore_evidence(archive)
    except ArchiveError as error:
        place, _, expected = str(error).partition(": ")
        return Verdict(facts, (Difference(place, f"no evidence ({expected})", NOTHING), *damage))
    figures = tuple(check_figures(facts, evidence))
    if archive.get("made_by") != made_by():
        note = f"made by {archive.get('made_by')!r}, this is {made_by()!r}: conclusions were not drawn again"
        return Verdict(facts, (*figures, *damage), (note,), evidence)
    report, concluded = _conclude(archive, evidence, is_changed=bool(figures or damage))
    found = (*figures, *(difference for difference in concluded if difference not in figures))
    return Verdict(facts, (*found, *damage), (), evidence, None if found else report)


def check_digests(archive: Mapping[str, Any]) -> Iterator[Difference]:
    """Parts that are not what they were when their digest was taken."""
    yield from compare(DIGESTS, archive.get(DIGESTS, NOTHING), take_digests(archive))
    yield from compare(DIGEST, archive.get(DIGEST, NOTHING), digest(archive.get(DIGESTS)))


def _conclude(
    archive: Mapping[str, Any], evidence: Evidence, *, is_changed: bool
) -> tuple[Report | None, tuple[Difference, ...]]:
    """What led to conclusions once does so again: of an archive without a change an exception is our bug."""
    try:
        report = conclude(evidence)
        return report, tuple(check_conclusions(archive, report))
    except Exception as error:
        if not is_changed:
            raise
        told = f"{type(error).__name__}: {error}"
        return None, (Difference("conclusions", "what the samples and records led to", told),)
