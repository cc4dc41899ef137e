"""What is printed for people: a terminal obeys nothing of what alerts, servers and files say."""

import os

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment

from collector.plain_text import plain

_WIDEST = 1000  # a log has no edge: what is cut there is lost


class Plain:
    """Something to print whose text is plain, whatever stands in it; its colours stay."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in console.render(self._content, options):
            yield part if part.control else Segment(plain(part.text), part.style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._content)


def show(*contents: RenderableType, soft_wrap: bool = False) -> None:
    """Prints them to standard output: fitted to a terminal, whole in a file or a pipe.

    Brackets and colons in texts are no markup. COLUMNS in the environment sets another width.
    """
    console = Console(markup=False, emoji=False, soft_wrap=soft_wrap)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDEST
    for content in contents:
        console.print(Plain(content))
