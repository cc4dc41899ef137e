"""`fireline up`: every part in one process."""

from pathlib import Path

import click

from dashboards.app import run


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
    run(config_file, data_dir, listen, prometheus)
