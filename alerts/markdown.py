"""Texts from elsewhere as parts of a Markdown page: they end no cell, and bring no HTML, links or blocks."""

import re
from collections.abc import Iterable

from collector.plain_text import plain_line

# What CommonMark takes for code too: nothing but this may go unescaped.
_CODE = re.compile(r"((?<!`)`[^`]+`(?!`))")
_ESCAPES = (("\\", "\\\\"), ("`", "\\`"), ("<", "&lt;"), ("](", "]\\("), ("][", "]\\["))
# What opens a heading, quotation, list, task, rule, fence or definition where a block begins.
_OPENING = re.compile(
    r"^(?:(\d{1,9})(?=[.)](?:\s|$))"
    r"|(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[-*_=~]{3}|_\s+_|\[[^\]]*\]:|\[[ xX]\](?:\s|$)))"
)


def escaped(text: str) -> str:
    """One line, without HTML or links of strangers, which opens no block; code stays as it is."""
    parts = _CODE.split(plain_line(text))  # code is at the odd places
    line = "".join(part if place % 2 else _without_markup(part) for place, part in enumerate(parts))
    return _OPENING.sub(lambda found: f"{found[1] or ''}\\", line, count=1)


def table_row(cells: Iterable[str]) -> str:
    """A row of a table; the cells are escaped already, but for the bars in them."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _without_markup(text: str) -> str:
    for raw, safe in _ESCAPES:
        text = text.replace(raw, safe)
    return text
