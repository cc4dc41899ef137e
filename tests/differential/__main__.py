"""``python -m tests.differential --cases N``: asks both engines random queries and counts."""

import sys

import click

from tests.differential.run import run


@click.command()
@click.option("--cases", default=10_000, show_default=True, help="How many queries to draw.")
@click.option("--seed", default=1, show_default=True, help="Which queries and samples to draw.")
@click.option("--noise", is_flag=True, help="List the differences that rounding explains, too.")
def main(cases: int, seed: int, noise: bool) -> None:
    """Compare our answers with Prometheus' on random queries; exit 1 if any differs."""
    tally = run(cases, seed)
    for finding in tally.noise if noise else ():
        click.echo(f"rounding: {finding}")
    for finding in tally.differing:
        click.echo(str(finding))
    click.echo(f"of those that agree {tally.both_failed} failed in both, {tally.empty} were empty")
    for change, count in tally.by_change.items():
        click.echo(f"{count} differ because in v3 {change}")
    click.echo(f"{tally.agreed} agree, {len(tally.noise)} differ by rounding, {len(tally.differing)} differ")
    sys.exit(1 if tally.differing else 0)


if __name__ == "__main__":
    main()
