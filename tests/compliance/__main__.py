"""``python -m tests.compliance FILE``: asks the suite's queries of both engines and counts."""

import sys
from pathlib import Path

import click

from tests.compliance.suite import read_suite, run_suite


@click.command()
@click.argument("queries", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(queries: Path) -> None:
    """Run the queries of the PromQL compliance suite in QUERIES; exit 1 if an answer differs."""
    outcomes = run_suite(read_suite(queries))
    different = [outcome for outcome in outcomes if outcome.difference is not None]
    for outcome in different:
        click.echo(f"{outcome.case.query}: {outcome.difference}")
    click.echo(f"{len(outcomes) - len(different)} agree, {len(different)} differ")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
