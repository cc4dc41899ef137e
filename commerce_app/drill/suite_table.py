"""The suite's table and its last line, for people."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commerce_app.drill.judge import Finding
from commerce_app.drill.scenario import PROTECTED, UNPROTECTED
from commerce_app.drill.suite import DrillResult, Judged

INVARIANTS = "invariants"


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
        judged = {each.act: each for each in result.acts}
        table.add_row(
            _mark(result.passed, result.name),
            _hurt(judged.get(UNPROTECTED)),
            _held(judged.get(PROTECTED)),
            _books(result.acts),
            escape(result.cause),
        )
    return table


def _hurt(judged: Judged | None) -> str:
    if judged is None:
        return "not run"
    lost = [each.what for each in judged.findings if each.wanted.startswith("lost")]
    said = "lost as foretold: " + ", ".join(lost) if judged.agrees else "not as foretold"
    return _mark(judged.agrees, said)


def _held(judged: Judged | None) -> str:
    if judged is None:
        return "not run"
    return _mark(judged.agrees, "every SLO held" if judged.agrees else "not held")


def _books(acts: Iterable[Judged]) -> str:
    books = [each for judged in acts for each in judged.findings if each.what == INVARIANTS]
    kept = bool(books) and all(each.agrees for each in books)
    return _mark(kept, "kept" if kept else "; ".join(each.measured for each in books) or "not counted")


def disagreements(results: Iterable[DrillResult]) -> Iterator[str]:
    """A line for each thing that was said and is not so."""
    for result in results:
        for judged in result.acts:
            for finding in judged.wrong:
                yield f"[red]✗[/red] {escape(result.name)} {judged.act}: {_told(finding)}"


def _told(finding: Finding) -> str:
    return escape(f"{finding.what}: expected {finding.wanted}, measured {finding.measured}")


def _mark(agrees: bool, text: str) -> str:
    return f"[green]✓[/green] {escape(text)}" if agrees else f"[red]✗[/red] {escape(text)}"
