"""A document as Markdown, its sources as footnotes."""

from collections.abc import Iterator, Mapping

from alerts.markdown import escaped, table_row
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


def render_markdown(document: Document) -> str:
    """The whole document; ends in a newline."""
    numbers = document.numbered_sources()
    parts = [f"# {escaped(document.title)}"]
    parts += ["\n".join(_lines(block, numbers)) for block in document.blocks]
    notes = [f"[^{number}]: {escaped(document.sources[ref])}" for ref, number in numbers.items()]
    return "\n\n".join([*parts, "---", f"**{document.sources_title}**", *notes]) + "\n"


def _lines(block: Block, numbers: Mapping[str, int]) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {escaped(text)}"
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
            yield table_row(header)
            yield table_row("---" for _ in header)
            for row in rows:
                yield table_row(_inline(cell, numbers) for cell in row)
        case Charts(_, instead):
            yield instead


def _inline(text: Text, numbers: Mapping[str, int]) -> str:
    notes = sorted(numbers[ref] for ref in text.refs if ref in numbers)
    return escaped(text.text) + "".join(f"[^{number}]" for number in notes)
