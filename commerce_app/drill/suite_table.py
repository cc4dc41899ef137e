"""The suite's table and its last line, for people."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commerce_app.drill.suite import DrillResult
from commerce_app.drill.telling import INVARIANTS, books, held, hurt, told_wrong


def show_suite(console: Console, results: Sequence[DrillResult]) -> None:
    """A line for each drill, whatever went otherwise than foretold, and ``N passed, N failed``."""
    console.print(suite_table(results))
    for line in disagreements(results):
        console.print(line, soft_wrap=True)
    passed = sum(result.passed for result in results)
    console.print(f"{passed} passed, {len(results) - passed} failed")


def suite_table(results: Iterable[DrillResult]) -> Table:
    """Drill, unprotected, protected, invariants, cause."""
    table = Table(title="The drills", title_justify="left")
    for name in ("drill", "unprotected", "protected", INVARIANTS, "cause"):
        table.add_column(name, overflow="fold")
    for result in results:
        told = (hurt(result.acts), held(result.acts), books(result.acts))
        table.add_row(
            _mark(result.passed, result.name),
            *(_mark(said.agrees, said.text) for said in told),
            escape(result.cause),
        )
    return table


def disagreements(results: Iterable[DrillResult]) -> Iterator[str]:
    """A line for each thing that was said and is not so, and for an act that may not be judged by it."""
    for result in results:
        for judged in result.acts:
            for finding in judged.wrong:
                yield f"[red]✗[/red] {escape(result.name)} {judged.act}: {escape(told_wrong(finding))}"
            if judged.wrong and judged.doubt:
                yield f"[yellow]![/yellow] {escape(result.name)} {judged.act}: {escape(judged.doubt)}"


def _mark(agrees: bool, text: str) -> str:
    return f"[green]✓[/green] {escape(text)}" if agrees else f"[red]✗[/red] {escape(text)}"
