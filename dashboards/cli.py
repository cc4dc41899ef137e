"""The ``fireline`` command: what the packages register under ``fireline.commands``, a module each.

What a command needs is imported with its module: `fireline collector …` stays without FastAPI and Slack.
"""

import difflib
import errno
import os
import sys
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from alerts.errors import AlertsError, DamagedError, SpecError
from collector.errors import CollectorError, ConfigError, OutputError
from collector.plain_text import plain_line
from dashboards.errors import DashboardsError, SettingsError

GROUP = "fireline.commands"
MISTAKE = 2
FAILURE = 1
INTERRUPTED = 130
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""For what is printed: where files are written, their failures are told with their names."""
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class InstalledCommands(click.Group):
    """The commands found by entry point; a command's package is imported when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_entries())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _entries().get(cmd_name)
        return entry.load() if entry else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:  # noqa: ANN401  # click's own type
        if not args[0].startswith("-") and args[0] not in _entries():
            near = difflib.get_close_matches(args[0], _entries(), n=1)
            meant = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(sorted(_entries()))}"
            raise click.UsageError(f"no command {args[0]!r}: {meant}")
        return super().resolve_command(ctx, args)


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@click.group(cls=InstalledCommands, context_settings=HELP)
@click.version_option(version("fireline"), prog_name="fireline", message="%(prog)s %(version)s")
def fireline() -> None:
    """Watch error budgets, page before they are gone, write the post-mortem."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run ``fireline``; exit with 0, or with one line on what is wrong: 2 a user's mistake, 1 a failure."""
    try:
        outcome = fireline.main(arguments, prog_name="fireline", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(MISTAKE)
    except click.ClickException as error:
        _fail(_one_line(error), MISTAKE if type(error) is click.ClickException else error.exit_code)
    except (SettingsError, ConfigError, OutputError, SpecError, DamagedError) as error:
        _fail(str(error), MISTAKE)
    except (DashboardsError, CollectorError, AlertsError) as error:
        _fail(str(error), FAILURE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _let_go(sys.stdout)
        _fail(f"expected room for what is written: {error.strerror}", MISTAKE)
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _one_line(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    return f"{message.rstrip('.')} (see {command} --help)" if command else message


def _fail(message: str, code: int) -> NoReturn:
    try:
        click.echo(f"fireline: {plain_line(message)}", err=True)
    except OSError:
        _let_go(sys.stderr)  # nobody is left to be told; the code tells
    sys.exit(code)


def _let_go(stream: TextIO) -> None:
    """Of a stream that may be unwritable: Python fails again at its end over what it holds still."""
    try:
        stream.flush()
    except OSError:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
