"""`fireline dashboards …`: Grafana's dashboards as files."""

from pathlib import Path

import click

from dashboards.config import load_config
from dashboards.grafana.export import export_dashboards


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
    for path in export_dashboards(folder, load_config(config_file), url):
        click.echo(f"wrote {path}")
