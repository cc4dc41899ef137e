"""``python -m tests.killing --times 100``: kills the collector under load and counts what is lost."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from tests.collector.served import config_for
from tests.collector.target import counting_target
from tests.killing.run import run
from tests.postgres_server import postgres_server


@click.command()
@click.option("--times", default=100, show_default=True, help="How many lives; some end twice.")
@click.option("--seed", default=1, show_default=True, help="Which moments to draw.")
@click.option("--postgresql", is_flag=True, help="Keep the samples on a server that is started for it.")
def main(times: int, seed: int, *, postgresql: bool) -> None:
    """Kill -9 under scrapes, remote writes and queries; exit 1 if a promised sample is gone."""
    with tempfile.TemporaryDirectory() as folder, counting_target() as target, ExitStack() as stack:
        config = config_for(target)
        if postgresql:
            config["storage"] = {"database": stack.enter_context(postgres_server()).url}
        tally = run(Path(folder), config, times, seed)
    for line in [*map(str, tally.lost[:20]), *tally.complaints[:20]]:
        click.echo(line)
    click.echo(tally.summary())
    sys.exit(1 if tally.lost or tally.complaints else 0)


if __name__ == "__main__":
    main()
