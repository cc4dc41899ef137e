"""What a command reads its report from: a server, a case, or an earlier report."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from alerts.backtest.wording import counted
from collector.cli_prometheus import PrometheusServer
from collector.cli_values import Duration
from collector.plain_text import plain_line
from postmortem.archive.archive import Archive
from postmortem.archive.digests import DIGEST
from postmortem.archive.file import read_archive
from postmortem.archive.restore import restore_evidence
from postmortem.errors import OutputError
from postmortem.fetch import LATEST
from postmortem.live import report_on
from postmortem.mistake import UserMistake
from postmortem.options import fireline_options, rules_option
from postmortem.outputs import check_kept, check_output, refuse_same
from postmortem.records import Incident, ServerSettings
from postmortem.report import Report, conclude
from postmortem.words.overrides import SHIPPED, Templates, read_templates

_OPTIONS = (
    click.argument("incident", required=False),
    fireline_options(required=False),
    click.option(
        "--case", metavar="DIR", help="Instead of INCIDENT and --url: a case's folder, or a shipped case."
    ),
    click.option(
        "--archive",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Instead of INCIDENT and --url: the JSON of an earlier report, or HTML that carries it.",
    ),
    click.option(
        "--keep-archive",
        "kept",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="With --url: also writes the JSON by which `postmortem verify` proves what is written.",
    ),
    click.option(
        "--force", "replaces_any", is_flag=True, help="With --keep-archive: replaces whatever the file holds."
    ),
    rules_option("To replay over the case: SLOs, guardrails, Prometheus rules; else the shop's."),
    click.option(
        "--signals",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The signal map of the case; the shop's unless --rules are given.",
    ),
    click.option(
        "--quiet",
        type=Duration(),
        help="How long all objectives are kept once the impact is over; else 20 scrapes, 1m to 5m.",
    ),
)


templates_option = click.option(
    "--templates",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder with a team's own messages (ko.yml, en.yml) and order of sections (sections.yml).",
)


def templates_of(folder: Path | None) -> Templates:
    """What the option's folder says; as it ships without one."""
    return SHIPPED if folder is None else read_templates(folder)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options whose values are an ``Asked``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """The values of ``source_options``."""

    incident: str | None
    server: PrometheusServer | None
    case: str | None
    archive: Path | None
    rules: tuple[Path, ...]
    signals: Path | None
    kept: Path | None
    quiet: float | None = None
    replaces_any: bool = False

    def check_outputs(self, outs: Sequence[Path], templates: Path | None) -> None:
        """Finds out before the work whether all can be written, none over what is read or over another.

        Raises:
            OutputError: as ``check_output`` does.
        """
        if self.replaces_any and self.kept is None:
            raise OutputError("--force: expected with --keep-archive only; what --out names is replaced")
        inputs = self.files(templates)
        for out in outs:
            check_output(out, inputs)
        refuse_same(outs)
        if self.kept is not None:
            check_output(self.kept, inputs, "--keep-archive")
            if self.kept.resolve() in {out.resolve() for out in outs}:
                raise OutputError(f"--keep-archive {self.kept}: expected another file than that of --out")

    def archive_of(self, report: Report) -> dict[Path, str]:
        """The file that is to keep the archive, where one is, with its text.

        Raises:
            OutputError: for one that keeps something else, unless any may be replaced.
        """
        if self.kept is None:
            return {}
        if not self.replaces_any:
            check_kept(self.kept, report.evidence.incident)
        return {self.kept: Archive.of(report).text}

    def warn_unless_kept(self, *, is_in_outputs: bool = False) -> None:
        """Says so where nothing can prove what was written: its samples were asked of a server."""
        if self.server is not None and self.kept is None and not is_in_outputs:
            told = "no archive is kept, so nobody can verify what is written"
            click.echo(f"postmortem: {told}: expected --keep-archive FILE", err=True)

    def files(self, templates: Path | None = None) -> tuple[Path, ...]:
        """What is read from this machine, which nothing may be written over; folders for what is in them."""
        case = None if self.case is None else Path(self.case)
        return tuple(p for p in (self.archive, case, *self.rules, self.signals, templates) if p is not None)

    def read(self) -> tuple[Report, ServerSettings]:
        """The report, and how its source tells things.

        Raises:
            UserMistake: for options that contradict each other or say too little.
            PostmortemError: for a source that cannot be read.
        """
        if self.case is not None:
            self._refuse_others("--case")
            return _read_case(self.case, self.rules, self.signals, self.quiet)
        if self.archive is not None:
            self._refuse_others("--archive")
            if self.quiet is not None:
                raise UserMistake("--quiet: expected without --archive, which keeps what it was made with")
            report = _read_archive(self.archive)
            return report, ServerSettings(time_zone=report.evidence.time_zone)
        if self.incident is None or self.server is None:
            missing = "INCIDENT (an id, or `latest`)" if self.incident is None else "--url"
            raise UserMistake(f"expected INCIDENT with --url, or --case or --archive; {missing} is missing")
        if self.rules or self.signals:
            given = "--rules" if self.rules else "--signals"
            raise UserMistake(f"{given}: expected with --case only; a server tells its own")
        report, settings = report_on(self.incident, self.server, time.time(), self.quiet)
        say_latest(self.incident, report.evidence.incident)
        return report, settings

    def _refuse_others(self, option: str) -> None:
        if self.kept is not None:
            raise UserMistake(f"--keep-archive: expected with --url only; {option} can be read again")
        if self.incident is not None or self.server is not None:
            given = "INCIDENT" if self.incident is not None else "--url"
            raise UserMistake(f"{option}: expected instead of INCIDENT and --url, found {given} as well")


def say_latest(asked: str, found: Incident) -> None:
    """Which incident ``latest`` is, on standard error."""
    if asked == LATEST:
        click.echo(plain_line(f"postmortem: {LATEST} is {found.id}: {found.title}"), err=True)


def _read_case(
    case: str, rules: tuple[Path, ...], signals: Path | None, quiet: float | None
) -> tuple[Report, ServerSettings]:
    # Only a case needs the incident half, which takes longer to import than all else of this command.
    from postmortem.cases.report import report_on_case  # noqa: PLC0415  as above

    found = report_on_case(case, rules, signals, quiet)
    unheld = dict.fromkeys(selector for one in found.unheld for selector in one.reads)
    if unheld:
        alerts = counted(len(found.unheld), "alert")
        missing = f"the case has no samples of {', '.join(unheld)}"
        click.echo(f"postmortem: {alerts} of the rules not replayed: {missing}", err=True)
    return found.report, ServerSettings(time_zone=found.case.zone.key)


def _read_archive(path: Path) -> Report:
    archive = read_archive(path)
    report = conclude(restore_evidence(archive))
    if Archive.of(report).digest != archive.get(DIGEST):
        click.echo(f"postmortem: {path}: what it concludes is not what this Fireline does", err=True)
    return report
