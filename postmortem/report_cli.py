"""`postmortem report`: from a server, a case or an archive to files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from alerts.backtest.wording import counted
from alerts.charts.model import Language
from collector.errors import OutputError as CannotWriteError
from collector.plain_text import plain_line
from collector.whole_file import write_all
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience
from postmortem.asked import Asked, source_options, templates_of, templates_option
from postmortem.errors import PostmortemError
from postmortem.markdown import render_markdown
from postmortem.mistake import UserMistake
from postmortem.public.file import public_text
from postmortem.public.told import tell
from postmortem.report import Report
from postmortem.slips import find_slips
from postmortem.words.overrides import SHIPPED, Templates
from postmortem.writers import render_page, write_for
from postmortem.zone import Zone

_FORMATS = ("md", "html", "json")


@click.command("report")
@source_options
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
@templates_option
@click.option("--public", "is_public", is_flag=True, help="For people outside: nothing internal is in it.")
def report_command(
    *,
    outs: tuple[Path, ...],
    lang: str | None,
    format_: str | None,
    time_zone: ZoneInfo | None,
    is_public: bool,
    templates: Path | None,
    **source: Any,  # noqa: ANN401  the values of source_options
) -> None:
    """Write the report on INCIDENT (an id, or `latest`), on a case, or on what an earlier report kept."""
    asked = Asked(**source)
    try:
        asked.check_outputs(outs, templates)
        words = templates_of(templates)
        report, settings = asked.read()
        language, zone = Language(lang) if lang else settings.language, time_zone or settings.zone
        forms = {out: format_ or _format_of(out) for out in outs}
        audience = Audience.PUBLIC if is_public else Audience.TEAM
        write_all(render(report, language, zone, forms, audience, templates=words) | asked.archive_of(report))
    except (PostmortemError, CannotWriteError) as error:
        raise UserMistake(str(error)) from error
    figures = len(tell(report).facts() if is_public else report.facts())
    for out in outs:
        click.echo(f"{out}: report on {report.evidence.incident.id}, {counted(figures, 'figure')}")
    for slip in find_slips(report):
        click.echo(plain_line(f"postmortem: {slip}"), err=True)
    asked.warn_unless_kept(is_in_outputs=not is_public and bool({"json", "html"} & {*forms.values()}))


def render(
    report: Report,
    language: Language,
    zone: ZoneInfo,
    forms: Mapping[Path, str],
    audience: Audience = Audience.TEAM,
    *,
    templates: Templates = SHIPPED,
) -> dict[Path, str]:
    """The text of each file, by its form; documents name the archive that is the JSON and in the HTML."""
    archive = Archive.of(report)
    texts = {"json": archive.text if audience is Audience.TEAM else public_text(report, archive.digest)}
    if set(forms.values()) - {"json"}:
        document = write_for(audience, report, language, zone, archive.digest, templates=templates)
        made = {
            "md": lambda: render_markdown(document),
            "html": lambda: render_page(document, audience, archive.text),
        }
        texts |= {form: made[form]() for form in set(forms.values()) if form in made}
    return {path: texts[form] for path, form in forms.items()}


def _format_of(path: Path) -> str:
    form = path.suffix.lower().removeprefix(".")
    return form if form in _FORMATS else "md"
