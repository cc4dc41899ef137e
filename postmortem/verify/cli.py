"""`postmortem verify`: every figure of a stored report, made anew."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from alerts.backtest.wording import counted
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.errors import QueryError
from collector.plain_text import plain_line
from postmortem.archive.digests import DIGEST
from postmortem.archive.file import read_archive, read_text
from postmortem.asked import templates_of, templates_option
from postmortem.errors import ArchiveError, TemplateError
from postmortem.mistake import UserMistake
from postmortem.verify.difference import Difference
from postmortem.verify.documents import SUFFIXES, DocumentVerdict, beside, verify_document
from postmortem.verify.live import check_server
from postmortem.verify.public_file import is_public_file
from postmortem.verify.verdict import Verdict, verify_archive
from postmortem.words.overrides import Templates

_MOST_LINES = 50
_MOST_RUNS = 20
_TRYING_SECONDS = 15.0  # somebody waits for it


@dataclass
class _Findings:
    """What was looked at, and what came of it."""

    digest: str
    figures: int
    series: int
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, path: Path, found: DocumentVerdict) -> None:
        """What came of a document."""
        missing, moved = found.places.missing, found.places.moved
        self.documents[str(path)] = {
            "figures": found.figures,
            "changed_lines": len(found.theirs),
            "lines_by_people": found.theirs,
            "missing_lines": missing,
            "moved_lines": moved,
        }
        if missing or moved:
            counts = [f"{missing} generated lines are missing"] if missing else []
            counts += [f"{moved} generated lines are not in their place"] if moved else []
            self.notes.append(f"{path}: {', '.join(counts)}")
        self.differences += found.differences


@click.command("verify")
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Markdown, HTML or public JSON made with it; else those beside it by name. May be repeated.",
)
@prometheus_options(
    required=False,
    says="Asks this server each stored query again.",
    spelled=("--url", "--prometheus"),
)
@templates_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify_command(
    *,
    report: Path,
    documents: tuple[Path, ...],
    server: PrometheusServer | None,
    templates: Path | None,
    format_: str,
) -> None:
    """Recompute every figure of REPORT (JSON, or HTML that carries it): exit code 1 on a difference."""
    try:
        findings = _verify(report, documents, server, templates_of(templates))
    except (ArchiveError, TemplateError, QueryError) as error:
        raise UserMistake(str(error)) from error
    click.echo(_as_json(findings) if format_ == "json" else _as_text(report, findings))
    raise SystemExit(1 if findings.differences else 0)


def _verify(
    report: Path, documents: Sequence[Path], server: PrometheusServer | None, templates: Templates
) -> _Findings:
    archive = read_archive(report)
    verdict = verify_archive(archive)
    series = verdict.evidence.series if verdict.evidence else {}
    findings = _Findings(str(archive.get(DIGEST)), len(verdict.facts), len(series))
    findings.differences += verdict.differences
    findings.notes += verdict.notes
    own = (report,) if report.suffix in SUFFIXES else ()
    for path in dict.fromkeys((*own, *(documents or beside(report)))):
        findings.add(path, _look_at(path, archive, verdict, templates))
    if server is not None:
        with closing(server.querier(deadline_seconds=_TRYING_SECONDS)) as querier:
            findings.differences += check_server(series, querier)
    return findings


def _look_at(path: Path, archive: Mapping[str, Any], verdict: Verdict, words: Templates) -> DocumentVerdict:
    text = read_text(path) if path.suffix in {*SUFFIXES, ".json"} else ""
    if path.suffix not in SUFFIXES and not is_public_file(text):
        raise ArchiveError(
            f"--document {path}: expected a file that ends in {' or '.join(SUFFIXES)}, or a public JSON"
        )
    return verify_document(path.name, text, archive, verdict, words)


def _as_json(findings: _Findings) -> str:
    told = {**vars(findings), "differences": [found.to_mapping() for found in findings.differences]}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_text(report: Path, findings: _Findings) -> str:
    lines = [str(found) for found in findings.differences[:_MOST_LINES]]
    if len(findings.differences) > _MOST_LINES:
        lines.append(f"… and {len(findings.differences) - _MOST_LINES} more")
    for path, counts in findings.documents.items():
        lines.append(f"{path}: {counted(counts['figures'], 'figure')} printed{_by_people(counts)}")
    lines += findings.notes
    count = len(findings.differences)
    outcome = counted(count, "difference") if count else "as computed anew"
    lines.append(f"{report}: {counted(findings.figures, 'figure')} on {findings.series} series, {outcome}")
    return "\n".join(plain_line(line) for line in lines)


def _by_people(counts: Mapping[str, Any]) -> str:
    """Which lines they are, to be read by whoever wants to know what was not judged."""
    if not counts["changed_lines"]:
        return ""
    runs = _runs(counts["lines_by_people"])
    more = f" and {len(runs) - _MOST_RUNS} more" if len(runs) > _MOST_RUNS else ""
    return f", {counted(counts['changed_lines'], 'line')} by people: {', '.join(runs[:_MOST_RUNS])}{more}"


def _runs(numbers: Sequence[int]) -> list[str]:
    """Ascending numbers, those in a row as one: 3, 7-9."""
    starts = [n for at, n in enumerate(numbers) if at == 0 or numbers[at - 1] != n - 1]
    ends = [n for at, n in enumerate(numbers) if at + 1 == len(numbers) or numbers[at + 1] != n + 1]
    return [str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
