"""`postmortem record`: keeps what signals and SLIs showed over a stretch of time."""

from contextlib import closing
from pathlib import Path

import click

from collector.cli_prometheus import PrometheusServer
from collector.cli_values import Time
from postmortem.errors import PostmortemError
from postmortem.fetch import FirelineApi
from postmortem.mistake import UserMistake
from postmortem.options import fireline_options
from postmortem.recording.file import write_recording
from postmortem.recording.read import read_recording

_TIMEOUT_SECONDS = 30.0
_TRYING_SECONDS = 15.0
_TIMES = "Unix seconds, RFC 3339, or before now as -2h or now."


@click.command("record")
@fireline_options()
@click.option("--from", "start", required=True, type=Time(), help=f"Normal traffic before; {_TIMES}")
@click.option("--to", "end", required=True, type=Time(), help="To after it, where it ended.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write, NAME.json.zst.")
def record_command(*, server: PrometheusServer, start: float, end: float, out: Path) -> None:
    """Keep every signal of the map and every SLI over a stretch of time, incident or none."""
    if not start < end:
        raise UserMistake("--to: expected after --from")
    try:
        with (
            closing(server.client(_TIMEOUT_SECONDS)) as client,
            closing(server.querier(deadline_seconds=_TRYING_SECONDS)) as querier,
        ):
            recording = read_recording(FirelineApi(client, server.url), querier, start, end)
        write_recording(out, recording)
    except PostmortemError as error:
        raise UserMistake(str(error)) from error
    click.echo(f"{out}: {len(recording.subjects)} series, {out.stat().st_size} bytes")
