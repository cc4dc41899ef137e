"""`fireline init`: a configuration that starts as it is."""

import shlex
from pathlib import Path

import click

from dashboards.starter import PLAIN, write_starter


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", help="Of pages and messages.")
@click.option("--example", type=click.Choice(["shop"]), help="One for this service instead of a blank one.")
def init(folder: Path, language: str, example: str | None) -> None:
    """Write a commented configuration to DIR, ready to start; its service is named after DIR."""
    for path in write_starter(folder, language, example or PLAIN):
        click.echo(f"wrote {path}")
    arguments = ["--config", str(folder / "fireline.yml"), "--data", str(folder / "data")]
    click.echo(f"next: fireline up {shlex.join(arguments)}")
