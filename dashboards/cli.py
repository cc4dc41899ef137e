"""The ``fireline`` command: what the packages register under ``fireline.commands``, our own among it."""

# A command imports what it needs when it runs: `fireline collector …` stays without FastAPI and Slack.
# ruff: noqa: PLC0415

import difflib
import shlex
import sys
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import Any, NoReturn

import click

from alerts.errors import AlertsError, DamagedError, SpecError
from collector.errors import CollectorError, ConfigError
from dashboards.errors import DashboardsError, SettingsError

GROUP = "fireline.commands"
MISTAKE = 2
FAILURE = 1
INTERRUPTED = 130
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


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", help="Of pages and messages.")
@click.option("--example", type=click.Choice(["shop"]), help="One for this service instead of a blank one.")
def init(folder: Path, language: str, example: str | None) -> None:
    """Write a commented configuration to DIR, ready to start; its service is named after DIR."""
    from dashboards.starter import PLAIN, write_starter

    for path in write_starter(folder, language, example or PLAIN):
        click.echo(f"wrote {path}")
    arguments = ["--config", str(folder / "fireline.yml"), "--data", str(folder / "data")]
    click.echo(f"next: fireline up {shlex.join(arguments)}")


@click.command()
@click.option("--config", "config_file", required=True, type=click.Path(path_type=Path), help="fireline.yml")
@click.option(
    "--data",
    "data_dir",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of samples and incidents.",
)
@click.option("--listen", default="127.0.0.1:9600", show_default=True, help="Address and port to serve on.")
@click.option("--prometheus", metavar="URL", help="Query this server and scrape nothing.")
def up(config_file: Path, data_dir: Path, listen: str, prometheus: str | None) -> None:
    """Run every part in one process on one port."""
    from dashboards.app import run

    run(config_file, data_dir, listen, prometheus)


@click.group()
def dashboards() -> None:
    """Grafana dashboards, made from the SLO files."""


@dashboards.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("fireline.yml"),
    show_default=True,
)
@click.option(
    "--url", default="http://127.0.0.1:9600", show_default=True, help="Where Grafana finds the metrics."
)
def export(folder: Path, config_file: Path, url: str) -> None:
    """Write two dashboards and their provisioning to DIR."""
    from dashboards.config import load_config
    from dashboards.grafana.export import export_dashboards

    for path in export_dashboards(folder, load_config(config_file), url):
        click.echo(f"wrote {path}")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run ``fireline``; exit with 0, or with one line on what is wrong: 2 a user's mistake, 1 a failure."""
    try:
        outcome = fireline.main(arguments, prog_name="fireline", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(MISTAKE)
    except click.ClickException as error:
        _fail(_one_line(error), MISTAKE if type(error) is click.ClickException else error.exit_code)
    except (SettingsError, ConfigError, SpecError, DamagedError) as error:
        _fail(str(error), MISTAKE)
    except (DashboardsError, CollectorError, AlertsError) as error:
        _fail(str(error), FAILURE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _one_line(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    return f"{message.rstrip('.')} (see {command} --help)" if command else message


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"fireline: {message}", err=True)
    sys.exit(code)
