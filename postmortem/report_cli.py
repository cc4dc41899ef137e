"""`postmortem report`: from a server, a case or an archive to files."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from alerts.charts.model import Language
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.errors import OutputError as CannotWriteError
from collector.whole_file import write_all
from postmortem.archive import Archive
from postmortem.compose.write import write_document
from postmortem.digests import DIGEST
from postmortem.errors import OutputError, PostmortemError
from postmortem.html import render_html
from postmortem.live import report_on
from postmortem.markdown import render_markdown
from postmortem.mistake import UserMistake
from postmortem.records import ServerSettings
from postmortem.report import Report, conclude
from postmortem.restore import restore_evidence
from postmortem.verify.archive_file import read_archive
from postmortem.zone import Zone

_FORMATS = ("md", "html", "json")


@click.command("report")
@click.argument("incident", required=False)
@prometheus_options(
    required=False,
    says="Address of `fireline up`, such as http://localhost:9600.",
    spelled=("--url", "--prometheus"),
)
@click.option(
    "--case", metavar="DIR", help="Instead of INCIDENT and --url: a case's folder, or a shipped case."
)
@click.option(
    "--archive",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Instead of INCIDENT and --url: the JSON of an earlier report, or HTML that carries it.",
)
@click.option(
    "--rules",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="To replay over the case: SLOs, guardrails or Prometheus rules; else the shop's. May be repeated.",
)
@click.option(
    "--signals",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The signal map of the case; the shop's unless --rules are given.",
)
@click.option(
    "--out",
    "outs",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    help="File to write. May be repeated: several files from what is read once.",
)
@click.option(
    "--lang", type=click.Choice([str(language) for language in Language]), help="The server's unless given."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    help="By the file's ending unless given: .html, .json, all others md.",
)
@click.option("--time-zone", type=Zone(), help="Of the times; the server's unless given.")
def report_command(
    *,
    incident: str | None,
    server: PrometheusServer | None,
    case: str | None,
    archive: Path | None,
    rules: tuple[Path, ...],
    signals: Path | None,
    outs: tuple[Path, ...],
    lang: str | None,
    format_: str | None,
    time_zone: ZoneInfo | None,
) -> None:
    """Write the report on INCIDENT (an id, or `latest`), on a case, or on what an earlier report kept."""
    try:
        for out in outs:
            require_writable(out)
        if case is not None:
            _refuse_beside("--case", incident, server)
            report, settings = _read_case(case, rules, signals)
        elif archive is not None:
            _refuse_beside("--archive", incident, server)
            report, settings = _read_archive(archive), ServerSettings()
        else:
            report, settings = report_on(*_asked(incident, server, rules, signals), time.time())
        language, zone = Language(lang) if lang else settings.language, time_zone or settings.zone
        forms = {out: format_ or _format_of(out) for out in outs}
        write_all(render(report, language, zone, forms))
    except (PostmortemError, CannotWriteError) as error:
        raise UserMistake(str(error)) from error
    figures = len(report.facts())
    for out in outs:
        click.echo(f"{out}: {report.evidence.incident.id}, {figures} figures")


def render(report: Report, language: Language, zone: ZoneInfo, forms: Mapping[Path, str]) -> dict[Path, str]:
    """The text of each file, by its form; documents name the archive that is the JSON and in the HTML."""
    archive = Archive.of(report)
    texts = {"json": archive.text}
    if set(forms.values()) - {"json"}:
        document = write_document(report, language, zone, archive.digest)
        made = {"md": lambda: render_markdown(document), "html": lambda: render_html(document, archive.text)}
        texts |= {form: made[form]() for form in set(forms.values()) if form in made}
    return {path: texts[form] for path, form in forms.items()}


def _format_of(path: Path) -> str:
    form = path.suffix.lower().removeprefix(".")
    return form if form in _FORMATS else "md"


def _refuse_beside(option: str, incident: str | None, server: PrometheusServer | None) -> None:
    if incident is not None or server is not None:
        given = "INCIDENT" if incident is not None else "--url"
        raise UserMistake(f"{option}: expected instead of INCIDENT and --url, found {given} as well")


def _asked(
    incident: str | None, server: PrometheusServer | None, rules: tuple[Path, ...], signals: Path | None
) -> tuple[str, PrometheusServer]:
    if incident is None or server is None:
        missing = "INCIDENT (an id, or `latest`)" if incident is None else "--url"
        raise UserMistake(f"expected INCIDENT with --url, or --case or --archive; {missing} is missing")
    if rules or signals:
        given = "--rules" if rules else "--signals"
        raise UserMistake(f"{given}: expected with --case only; a server tells its own")
    return incident, server


def _read_case(case: str, rules: tuple[Path, ...], signals: Path | None) -> tuple[Report, ServerSettings]:
    # Only a case needs the incident half, which takes longer to import than all else of this command.
    from postmortem.case_report import report_on_case  # noqa: PLC0415

    found = report_on_case(case, rules, signals)
    unheld = dict.fromkeys(selector for one in found.unheld for selector in one.reads)
    if unheld:
        alerts = f"{len(found.unheld)} alerts of the rules were not replayed"
        click.echo(f"postmortem: {alerts}, the case has no samples of {', '.join(unheld)}", err=True)
    return found.report, ServerSettings(time_zone=found.case.zone.key)


def _read_archive(path: Path) -> Report:
    archive = read_archive(path)
    report = conclude(restore_evidence(archive))
    if Archive.of(report).digest != archive.get(DIGEST):
        click.echo(f"postmortem: {path}: what it concludes is not what this Fireline does", err=True)
    return report


def require_writable(path: Path) -> None:
    """Finds out before the work whether the report can be written.

    Raises:
        OutputError: for a folder that is missing or closed, or a path that is a folder.
    """
    if path.is_dir():
        raise OutputError(f"--out {path}: expected a file, found a folder")
    if not path.parent.is_dir():
        raise OutputError(f"--out {path}: expected an existing folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"--out {path}: expected a folder that can be written to")
