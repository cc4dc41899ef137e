"""Tells what goes on: a live line on a terminal, plain lines everywhere else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

FIGURES: Mapping[str, tuple[str, str]] = {
    "hit_rate": ("hits", "ratio"),
    "product_p95": ("product p95", "seconds"),
    "replica_cpu": ("replica CPU", "ratio"),
    "order_p99": ("order p99", "seconds"),
    "order_errors": ("order errors", "ratio"),
}
PLAIN_EVERY_SECONDS = 15.0
PLAIN_WIDTH = 120


class Display(Protocol):
    def say(self, text: str) -> None: ...

    def tick(self, seconds: float, figures: Mapping[str, float | None]) -> None: ...


def console_for(*, stderr: bool = False) -> Console:
    """A terminal as wide as it is; a file or a pipe wide enough for the tables."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)


class ConsoleDisplay:
    """``now`` gives Unix seconds; each line shows the seconds since the drill began."""

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        self._console = console
        self._now = now
        self._began_at = now()
        self._bar = Progress(
            BarColumn(20), TimeElapsedColumn(), TextColumn("{task.fields[figures]}"),
            console=console, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", visible=False, figures="")
        self._plain_at = 0.0

    @contextmanager
    def act(self, title: str, longest_seconds: float) -> Iterator[None]:
        """Shows the act's own bar while inside."""
        self._console.rule(title, align="left")
        self._plain_at = 0.0
        self._task = self._bar.add_task("", total=longest_seconds, figures="")
        try:
            with self._bar:
                yield
        finally:
            self._bar.remove_task(self._task)

    def say(self, text: str) -> None:
        self._console.print(
            f"[dim]{self._now() - self._began_at:5.0f} s[/dim]  {text}", highlight=False, soft_wrap=True
        )

    def tick(self, seconds: float, figures: Mapping[str, float | None]) -> None:
        line = figures_line(figures)
        self._bar.update(self._task, completed=seconds, figures=line)
        if not self._console.is_terminal and seconds - self._plain_at >= PLAIN_EVERY_SECONDS:
            self._plain_at = seconds
            self.say(f"  {line}")


def figures_line(figures: Mapping[str, float | None]) -> str:
    """The figures of a moment in one line."""
    return " · ".join(f"{name} {figure(figures.get(key), unit)}" for key, (name, unit) in FIGURES.items())


def figure(value: float | None, unit: str) -> str:
    """A figure as people read it; a dash for none."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{100 * value:.1f}%" if value < 0.095 else f"{100 * value:.0f}%"
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"
