"""The commands `fireline drill …`."""

import click


@click.group()
def drill() -> None:
    """Live through incidents on real servers."""
