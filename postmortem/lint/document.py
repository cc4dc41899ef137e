"""A post-mortem as the rules see it: sections with roles, and passages with the lines they stand in."""

from bisect import bisect
from dataclasses import dataclass
from enum import StrEnum

_LABEL_LETTERS = 40


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    CODE = "code"  # a block whose text is not read


@dataclass(frozen=True)
class Section:
    """A heading with what it is about. role: a name of the lexicon's ``roles``, its own or its parent's.

    is_own: the heading itself told the role. horizon: short, mid or long, where the heading says so.
    line: counts from one; 0 stands for what is before the first heading.
    """

    heading: str
    level: int
    line: int
    role: str
    horizon: str = ""
    is_own: bool = False
    parent: "Section | None" = None

    def path(self) -> tuple["Section", ...]:
        """The section itself, then those that it is in."""
        return (self, *(self.parent.path() if self.parent else ()))


@dataclass(frozen=True)
class Cell:
    header: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A paragraph, a list item without the items in it, or a row of a table.

    text: plain, without marks, in one line. starts: where in the text lines begin, with their numbers.
    list_id: the list or table it belongs to. depth: 0 for the outermost list.
    children: items below it. is_done: what its check box says, if it has one.
    code: what was set as code in it.
    """

    text: str
    kind: Kind
    section: Section
    starts: tuple[tuple[int, int], ...]
    list_id: int = 0
    depth: int = 0
    children: tuple["Passage", ...] = ()
    cells: tuple[Cell, ...] = ()
    is_done: bool | None = None
    code: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        return self.starts[0][1]

    @property
    def label(self) -> str:
        """What the passage says it is: the row's first cell, or what stands before a colon."""
        if self.cells:
            return self.cells[0].text
        ahead, colon, _ = self.text.replace("：", ":").partition(":")
        return ahead if (colon or self.children) and len(ahead) <= _LABEL_LETTERS else ""

    def line_at(self, offset: int) -> int:
        """The line in which this character of the text stands."""
        return self.starts[bisect(self.starts, offset, key=lambda begun: begun[0]) - 1][1]


@dataclass(frozen=True)
class Document:
    """passages: in reading order; an item's children follow it."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    is_korean: bool = False

    def within(self, section: Section) -> list[Passage]:
        """Passages of the section and of those below it."""
        return [passage for passage in self.passages if section in passage.section.path()]

    def inside(self, *roles: str) -> list[Passage]:
        """Passages whose section's role is one of these."""
        return [passage for passage in self.passages if passage.section.role in roles]
