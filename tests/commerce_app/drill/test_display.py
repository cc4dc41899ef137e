import io

import pytest
from rich.console import Console

from commerce_app.drill.display import ConsoleDisplay, figure, figures_line


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.82, "ratio", "82%"),
        (0.0812, "ratio", "8.1%"),
        (0.0, "ratio", "0.0%"),
        (0.18, "seconds", "180 ms"),
        (7.0, "seconds", "7.0 s"),
        (None, "seconds", "–"),
    ],
)
def test_figures_read_as_people_write_them(value, unit, text):
    assert figure(value, unit) == text


def test_a_line_holds_every_figure():
    assert figures_line({"hit_rate": 0.35}) == (
        "hits 35% · product p95 – · replica CPU – · order p99 – · order errors –"
    )


def test_without_a_terminal_lines_are_plain_and_few():
    times = iter([0.0, *range(100, 120)])
    console = Console(file=io.StringIO(), width=120)
    display = ConsoleDisplay(console, lambda: float(next(times)))
    with display.act("Late", 300):
        for seconds in range(0, 31, 5):
            display.tick(float(seconds), {"hit_rate": 0.8})
    lines = [line for line in console.file.getvalue().splitlines() if "hits" in line]
    assert len(lines) == 2
    assert "\x1b" not in console.file.getvalue()
