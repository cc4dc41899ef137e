"""``python -m tests.promqltest DIR``: runs every script of a folder and counts."""

import sys
from pathlib import Path

import click

from tests.promqltest.runner import Tally, run_script


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Run Prometheus' PromQL test scripts (*.test) in FOLDER; exit 1 if an eval fails."""
    total = Tally()
    for path in sorted(folder.glob("*.test")):
        total.add(run_script(path.name, path.read_text(encoding="utf-8")))
    for failure in total.failures:
        click.echo(failure)
    for reason, count in total.left_out.items():
        click.echo(f"left out: {count} evals ({reason})")
    click.echo(f"{total.passed} passed, {len(total.failures)} failed")
    sys.exit(1 if total.failures else 0)


if __name__ == "__main__":
    main()
