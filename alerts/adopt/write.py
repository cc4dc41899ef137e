"""Writes what was adopted: objectives, signal map, report, and a configuration that uses them."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from alerts.adopt.adoption import Adoption
from alerts.adopt.report import report
from alerts.documents import Document
from alerts.errors import SpecError
from alerts.rules_text import rules_yaml
from alerts.signals import read_signals
from collector.whole_file import write_all
from collector.yaml_text import load_all

SLOS, SIGNALS, REPORT, CONFIG = "slos.yml", "signals.yml", "report.md", "fireline.yml"
_CONFIG = """\
# Fireline beside the Prometheus that is there: it scrapes nothing. Every key: docs/configuration.md.
prometheus: {url}
{slo_files}signal_map: signals.yml
alerts:
  notify: [console]
"""


def texts(adoption: Adoption, url: str, at: float, over_seconds: float) -> dict[str, str]:
    """The files by name. Without an objective there is no file of them."""
    made: dict[str, str] = {}
    documents = [rules_yaml(proposal.content) for proposal in adoption.proposals.proposals]
    if documents:
        head = f"# Proposed by `fireline adopt --prometheus {url}`. Change what you know better.\n"
        made[SLOS] = head + "---\n".join(documents)
    content = adoption.mapped.to_map().to_mapping()
    made[SIGNALS] = (
        "# Which series is what, and which service stands on which. Each query gave data when written.\n"
        + rules_yaml(content)
    )
    read_signals(Document(SIGNALS, next(iter(load_all(made[SIGNALS])))))
    made[REPORT] = report(adoption, url, at, over_seconds)
    files = f"slo_files: [{SLOS}]\n" if documents else ""
    made[CONFIG] = _CONFIG.format(url=yaml.safe_dump(url, width=10_000).split("\n")[0], slo_files=files)
    return made


def write(folder: Path, files: Mapping[str, str], *, force: bool) -> list[Path]:
    """Writes them, or none if one is there already and may not be replaced; a configuration never is.

    Raises:
        SpecError: for a file that is there already.
        OutputError: for a file that cannot be written; then none is.
    """
    kept = {name: text for name, text in files.items() if name != CONFIG or not (folder / CONFIG).exists()}
    there = [folder / name for name in kept if (folder / name).exists()]
    if there and not force:
        raise SpecError(
            f"{there[0]}: exists already and is left as it is; expected another --out, or --force"
        )
    write_all({folder / name: text for name, text in kept.items()})
    return [folder / name for name in kept]
