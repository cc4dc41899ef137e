"""`postmortem notice`: a draft for customers or for support."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from alerts.backtest.wording import counted
from alerts.charts.model import Language
from collector.errors import OutputError as CannotWriteError
from collector.whole_file import write_all
from postmortem.asked import Asked, source_options, templates_of, templates_option
from postmortem.errors import PostmortemError
from postmortem.markdown import render_markdown
from postmortem.mistake import UserMistake
from postmortem.notice.phase import Phase, phase_of
from postmortem.notice.write import Kind, audience_of, write_notice
from postmortem.public.told import tell
from postmortem.zone import Zone

_WHEN = {Phase.DURING: "while the incident lasts", Phase.AFTER: "after its end"}


@click.command("notice")
@source_options
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), required=True, help="For whom.")
@click.option(
    "--phase",
    type=click.Choice([str(phase) for phase in Phase]),
    help="While it lasts, or when it is over; by whether the incident is closed unless given.",
)
@click.option(
    "--lang", type=click.Choice([str(language) for language in Language]), help="The server's unless given."
)
@click.option("--time-zone", type=Zone(), help="Of the times; the server's unless given.")
@templates_option
@click.option("--out", type=click.Path(path_type=Path), help="File to write (Markdown); else it is printed.")
def notice_command(
    *,
    kind: str,
    phase: str | None,
    lang: str | None,
    time_zone: ZoneInfo | None,
    out: Path | None,
    templates: Path | None,
    **source: Any,  # noqa: ANN401  the values of source_options
) -> None:
    """Draft a notice on INCIDENT (an id, or `latest`), on a case, or on what an earlier report kept."""
    asked = Asked(**source)
    try:
        asked.check_outputs(() if out is None else (out,), templates)
        words = templates_of(templates)
        report, settings = asked.read()
        language, zone = Language(lang) if lang else settings.language, time_zone or settings.zone
        when = Phase(phase) if phase else phase_of(tell(report))
        document = write_notice(audience_of(Kind(kind), when), report, language, zone, templates=words)
        text = render_markdown(document)
        write_all(({} if out is None else {out: text}) | asked.archive_of(report))
    except (PostmortemError, CannotWriteError) as error:
        raise UserMistake(str(error)) from error
    if out is None:
        click.echo(text, nl=False)
        return
    asked.warn_unless_kept()
    blanks = text.count(f"{document.blank_marks[0]}:")
    figures, left = counted(document.count_figures(), "figure"), counted(blanks, "blank")
    click.echo(f"{out}: {kind} notice, {_WHEN[when]}, {figures}, {left} to fill in")
