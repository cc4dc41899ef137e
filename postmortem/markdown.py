"""A document as Markdown: its figures are links to how they came about, its sources are footnotes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
from postmortem.marks import numbered, replace_marks


def render_markdown(document: Document) -> str:
    """The whole document; ends in a newline."""
    numbers = _Numbers(document.numbered_sources(), document.numbered_figures(), document.numbers)
    parts = [f"# {escaped(document.title)}"]
    parts += [text for block in document.blocks if (text := "\n".join(_lines(block, numbers)))]
    if numbers.figures:
        parts += ["---", f"**{document.figures_title}**", document.figures_note]
        parts.append("\n".join(_derivations(document, numbers)))
    notes = [f"[^{number}]: {escaped(document.sources[ref])}" for ref, number in numbers.sources.items()]
    if notes:
        parts += ["---", f"**{document.sources_title}**"]
    return "\n\n".join([*parts, *notes, *([document.archive] if document.archive else [])]) + "\n"


@dataclass(frozen=True)
class _Numbers:
    """Of sources by ref, and of figures by fact. alone: of those whose derivations are not told."""

    sources: Mapping[str, int]
    figures: Mapping[str, int]
    alone: Mapping[str, int]

    def link(self, fact: str, printed: str) -> str:
        if fact in self.figures:
            return f"[{printed}](#f{self.figures[fact]})"
        return numbered(printed, self.alone.get(fact))


def _derivations(document: Document, numbers: _Numbers) -> Iterator[str]:
    for fact, number in numbers.figures.items():
        yield f'- <a id="f{number}"></a>**f{number}** {_inline(document.derivations[fact], numbers)}'


def _lines(block: Block, numbers: _Numbers) -> Iterator[str]:
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


def _inline(text: Text, numbers: _Numbers) -> str:
    notes = sorted(numbers.sources[ref] for ref in text.refs if ref in numbers.sources)
    linked = replace_marks(escaped(text.text), numbers.link, bang="\\!")
    return linked + "".join(f"[^{number}]" for number in notes)
