"""Texts from elsewhere as parts of a Markdown page: they end no cell, and bring no HTML, links or escapes."""

import re
from collections.abc import Iterable

from collector.plain_text import plain_line

# What CommonMark takes for code too: nothing but this may go unescaped.
_CODE = re.compile(r"((?<!`)`[^`]+`(?!`))")
_ESCAPES = (("\\", "\\\\"), ("`", "\\`"), ("<", "&lt;"), ("](", "]\\("), ("][", "]\\["))


def escaped(text: str) -> str:
    """One line, without HTML or links of strangers; code stays as it is."""
    parts = _CODE.split(plain_line(text))  # code is at the odd places
    return "".join(part if place % 2 else _without_markup(part) for place, part in enumerate(parts))


def table_row(cells: Iterable[str]) -> str:
    """A row of a table; the cells are escaped already, but for the bars in them."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _without_markup(text: str) -> str:
    for raw, safe in _ESCAPES:
        text = text.replace(raw, safe)
    return text
