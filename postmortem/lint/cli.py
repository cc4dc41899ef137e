"""`postmortem lint`: findings of one document, as text or JSON."""

import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import orjson

from alerts.charts.model import Language
from alerts.errors import SpecError
from collector.cli_prometheus import PrometheusServer, prometheus_options
from collector.errors import CollectorError
from postmortem.asked import say_latest
from postmortem.errors import EvidenceError, PostmortemError
from postmortem.fetch import LATEST, FirelineApi, fetch_evidence, fetch_records
from postmortem.lint.finding import Draft
from postmortem.lint.lexicon import load_lexicon
from postmortem.lint.reading import read_markdown
from postmortem.lint.recorded import Recorded, from_archive, from_case, from_evidence
from postmortem.lint.review import Complaint, review
from postmortem.mistake import UserMistake
from postmortem.zone import Zone

_TIMEOUT_SECONDS = 30.0
_TRYING_SECONDS = 15.0  # somebody waits for it
_MOST_BYTES = 5_000_000


@click.command("lint")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--case", metavar="DIR", help="A case, by its folder or name, whose samples figures are held against."
)
@click.option(
    "--signals", type=click.Path(path_type=Path), help="Signal map for --case; the shop's unless given."
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    help="Report in JSON whose samples figures are held against.",
)
@prometheus_options(
    required=False,
    says="Address of `fireline up` whose series figures are held against.",
    spelled=("--url", "--prometheus"),
)
@click.option("--incident", default=LATEST, show_default=True, help="Incident of --url: an id, or `latest`.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--lang",
    type=click.Choice([str(language) for language in Language]),
    help="Of the messages; the document's unless given.",
)
@click.option(
    "--time-zone",
    type=Zone(),
    help="Of times in a document that names none; the server's, case's or archive's unless given, else UTC.",
)
@click.pass_context
def lint_command(
    context: click.Context,
    *,
    file: Path,
    case: str | None,
    signals: Path | None,
    archive: Path | None,
    server: PrometheusServer | None,
    incident: str,
    format_: str,
    lang: str | None,
    time_zone: ZoneInfo | None,
) -> None:
    """Find where the post-mortem in FILE (Markdown, Korean or English) contradicts itself.

    Exits with 1 if there is anything to find, 0 if not, 2 on misuse.
    """
    if sum(source is not None for source in (case, archive, server)) > 1:
        raise UserMistake("expected one of --case, --archive and --url")
    if signals is not None and case is None:
        raise UserMistake("--signals: expected together with --case")
    text = _read(file)
    try:
        recorded = (
            _fetched(server, incident, time_zone) if server else _on_file(case, signals, archive, time_zone)
        )
    except (PostmortemError, SpecError, CollectorError) as error:
        raise UserMistake(str(error)) from error
    lexicon = load_lexicon()
    found = review(Draft(read_markdown(text, lexicon), lexicon, recorded), Language(lang) if lang else None)
    click.echo(_FORMATS[format_](file, found))
    context.exit(1 if found else 0)


def _read(file: Path) -> str:
    try:
        content = file.read_bytes() if file.stat().st_size <= _MOST_BYTES else None
        if content is None or b"\0" in content or file.suffix in {".json", ".html"}:
            raise UserMistake(f"{file}: expected a post-mortem in Markdown")
        return content.decode()
    except OSError as error:
        raise UserMistake(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserMistake(f"{file}: expected text in UTF-8") from error


def _on_file(
    case: str | None, signals: Path | None, archive: Path | None, zone: ZoneInfo | None
) -> Recorded | None:
    if case is not None:
        return from_case(case, signals, zone)
    return from_archive(archive, zone) if archive is not None else None


def _fetched(server: PrometheusServer, incident: str, zone: ZoneInfo | None) -> Recorded:
    at = time.time()
    with closing(server.client(_TIMEOUT_SECONDS)) as client:
        api = FirelineApi(client, server.url)
        records, settings = fetch_records(api, incident, at), api.settings()
    say_latest(incident, records.incident)
    with closing(server.querier(deadline_seconds=_TRYING_SECONDS)) as querier:
        evidence = fetch_evidence(records, querier, at, api.address)
    if not evidence.subjects:
        raise EvidenceError(f"{api.address}: expected series of incident {records.incident.id}, found none")
    return from_evidence(evidence, zone or settings.zone)


def _as_text(file: Path, found: list[Complaint]) -> str:
    if not found:
        return f"{file}: nothing found"
    return "\n".join(f"{file}:{one.line}: {one.rule}: {one.message}" for one in found)


def _as_json(_file: Path, found: list[Complaint]) -> str:
    return orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2).decode()


_FORMATS = {"text": _as_text, "json": _as_json}
