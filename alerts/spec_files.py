"""Files that say what alerts are for: SLOs in any format, and guardrails, told apart by what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alerts.documents import read_documents
from alerts.formats.files import load_slo_files
from alerts.formats.sloth import PeriodOptions
from alerts.guardrails.spec import Guardrail, is_guardrails, load_guardrail_files
from alerts.slo import Slo


@dataclass(frozen=True)
class SpecFiles:
    """Both by their files; no SLO of a file that only defines what SLOs of others refer to."""

    slo_files: Mapping[Path, Sequence[Slo]] = field(default_factory=dict)
    guardrail_files: Mapping[Path, Sequence[Guardrail]] = field(default_factory=dict)

    @property
    def slos(self) -> list[Slo]:
        return [slo for slos in self.slo_files.values() for slo in slos]

    @property
    def guardrails(self) -> list[Guardrail]:
        return [guardrail for guardrails in self.guardrail_files.values() for guardrail in guardrails]


def load_spec_files(*paths: Path, period: PeriodOptions | None = None) -> SpecFiles:
    """Reads them.

    period: of SLOs whose format does not say it.

    Raises:
        SpecError: for the first mistake.
    """
    of_guardrails = [path for path in paths if any(map(is_guardrails, read_documents(path)))]
    others = [path for path in paths if path not in of_guardrails]
    return SpecFiles(load_slo_files(*others, period=period), load_guardrail_files(*of_guardrails))
