"""``python -m tests.promqlfuzz``: asks hostile queries, tells what did harm, and exits with 1 if any did."""

import sys
from contextlib import closing

import click

from tests.promqlfuzz.queries import drawn
from tests.promqlfuzz.run import Worker, ask_all


@click.command()
@click.option("--cases", default=10_000, show_default=True, help="How many queries to draw.")
@click.option("--seed", default=1, show_default=True, help="Which queries to draw.")
def main(cases: int, seed: int) -> None:
    """Ask hostile queries of a process that may die of them."""
    with closing(Worker()) as worker:
        tally = ask_all((drawn(seed, number) for number in range(cases)), worker)
    for query, harm in tally.findings:
        click.echo(f"{harm}: {query[:200]!a}")
    click.echo(f"{dict(tally.outcomes.most_common(10))}")
    sys.exit(1 if tally.findings else 0)


if __name__ == "__main__":
    main()
