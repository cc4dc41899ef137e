"""A written document in one language, before it is Markdown or HTML.

Texts may hold `code`, **strong** and marked figures; ``refs`` name sources. A renderer numbers figures and
sources by first use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alerts.charts.model import Chart, Language
from postmortem.marks import marked_facts


@dataclass(frozen=True)
class Text:
    """is_kept: people keep its numbers up to date, so they may be others than at first."""

    text: str
    refs: tuple[str, ...] = ()
    is_kept: bool = False


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    content: Text


@dataclass(frozen=True)
class Callout:
    """Something to know before reading on."""

    content: Text


@dataclass(frozen=True)
class Item:
    content: Text
    children: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Listing:
    items: tuple[Item, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Charts:
    """Pictures, where the medium has them; ``instead`` where not."""

    charts: tuple[Chart, ...]
    instead: str


Block = Heading | Paragraph | Callout | Listing | Table | Charts


@dataclass(frozen=True)
class Tile:
    """A key figure at the head of a page."""

    label: str
    value: str


@dataclass(frozen=True)
class Document:
    """``sources``: what each ref means, as one line of text; ``derivations``: how each fact came about.

    archive: the line that says which archive the document was made from.
    numbers: what figures are called where no derivations are told, by fact.
    """

    language: Language
    title: str
    sources_title: str
    blank_marks: tuple[str, str]
    tiles: tuple[Tile, ...]
    blocks: tuple[Block, ...]
    sources: Mapping[str, str]
    figures_title: str = ""
    figures_note: str = ""
    derivations: Mapping[str, Text] = field(default_factory=dict)
    archive: str = ""
    archive_title: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)

    def numbered_sources(self) -> dict[str, int]:
        """The refs that the text uses, numbered from one in the order of their first use."""
        every = [*texts(self.blocks), *(self.derivations[fact] for fact in self.numbered_figures())]
        used = dict.fromkeys(ref for text in every for ref in text.refs if ref in self.sources)
        return {ref: number for number, ref in enumerate(used, start=1)}

    def count_figures(self) -> int:
        """How many figures are printed, linked or not."""
        return len(self._printed())

    def numbered_figures(self) -> dict[str, int]:
        """The facts printed, and those that they are made of, numbered from one in that order."""
        waiting = self._printed()
        found: dict[str, int] = {}
        for fact in waiting:
            if fact in self.derivations and fact not in found:
                found[fact] = len(found) + 1
                waiting.extend(part for part, _ in marked_facts(self.derivations[fact].text))
        return found

    def _printed(self) -> list[str]:
        printed = [tile.value for tile in self.tiles] + [text.text for text in texts(self.blocks)]
        return [fact for text in printed for fact, _ in marked_facts(text)]


def texts(blocks: tuple[Block, ...]) -> Iterator[Text]:
    """Every text of the blocks, in reading order."""
    for block in blocks:
        match block:
            case Paragraph(content) | Callout(content):
                yield content
            case Listing(items):
                for item in items:
                    yield item.content
                    yield from item.children
            case Table(_, rows):
                for row in rows:
                    yield from row
            case Heading() | Charts():
                pass
