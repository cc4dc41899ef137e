"""Sections in the order that was asked for; a team's own are paragraphs and lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from alerts.charts.model import Language
from postmortem.document import Block, Heading, Item, Listing, Paragraph, Text
from postmortem.words.overrides import OwnSection

_BULLET = "- "


def in_order(
    sections: Sequence[str | OwnSection],
    shipped: Mapping[str, Callable[[], Iterator[Block]]],
    language: Language,
) -> Iterator[Block]:
    """The blocks of each section."""
    for section in sections:
        yield from _own(section, language) if isinstance(section, OwnSection) else shipped[section]()


def _own(section: OwnSection, language: Language) -> Iterator[Block]:
    yield Heading(2, section.title[language])
    for part in section.text[language].strip().split("\n\n"):
        lines = part.strip().splitlines()
        if lines and all(line.startswith(_BULLET) for line in lines):
            yield Listing(tuple(Item(Text(line.removeprefix(_BULLET))) for line in lines))
        elif lines:
            yield Paragraph(Text(" ".join(lines)))
