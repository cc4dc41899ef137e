"""A document as Markdown, its sources as footnotes."""

import re
from collections.abc import Iterator, Mapping

from postmortem.document import (
    Block,
    Callout,
    Charts,
    Document,
    Heading,
    Listing,
    Paragraph,
    Table,
    Text,
)

# What CommonMark takes for code too: nothing but this may go unescaped.
_CODE = re.compile(r"((?<!`)`[^`]+`(?!`))")
_ESCAPES = (("\\", "\\\\"), ("`", "\\`"), ("<", "&lt;"), ("](", "]\\("))


def render_markdown(document: Document) -> str:
    """The whole document; ends in a newline."""
    numbers = document.numbered_sources()
    parts = [f"# {_escaped(document.title)}"]
    parts += ["\n".join(_lines(block, numbers)) for block in document.blocks]
    notes = [f"[^{number}]: {_escaped(document.sources[ref])}" for ref, number in numbers.items()]
    return "\n\n".join([*parts, "---", f"**{document.sources_title}**", *notes]) + "\n"


def _lines(block: Block, numbers: Mapping[str, int]) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_escaped(text)}"
        case Paragraph(content):
            yield _inline(content, numbers)
        case Callout(content):
            yield f"> {_inline(content, numbers)}"
        case Listing(items, ordered):
            for index, item in enumerate(items, start=1):
                bullet = f"{index}." if ordered else "-"
                yield f"{bullet} {_inline(item.content, numbers)}"
                yield from (f"{' ' * (len(bullet) + 1)}- {_inline(c, numbers)}" for c in item.children)
        case Table(header, rows):
            yield _row(header)
            yield _row("---" for _ in header)
            for row in rows:
                yield _row(_inline(cell, numbers) for cell in row)
        case Charts(_, instead):
            yield instead


def _row(cells: Iterator[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _inline(text: Text, numbers: Mapping[str, int]) -> str:
    notes = sorted(numbers[ref] for ref in text.refs if ref in numbers)
    return _escaped(text.text) + "".join(f"[^{number}]" for number in notes)


def _escaped(text: str) -> str:
    """One line, without HTML or links of strangers; code stays as it is."""
    parts = _CODE.split(" ".join(text.split()))  # code is at the odd places
    return "".join(part if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    for raw, escaped in _ESCAPES:
        text = text.replace(raw, escaped)
    return text
