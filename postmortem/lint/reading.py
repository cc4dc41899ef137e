"""Reads Markdown into a document. CommonMark with tables; code blocks, HTML and struck text say nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from postmortem.lint.clock import begins_with_time
from postmortem.lint.document import Cell, Document, Kind, Passage, Section
from postmortem.lint.lexicon import Lexicon

_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_FOOTNOTE = re.compile(r"^\[\^[^\]]+\]:.*$", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]]+\]")
_CHECK_BOX = re.compile(r"\[([ xX])\]\s+")
_HANGUL, _LATIN = re.compile("[가-힣]"), re.compile("[A-Za-z]")
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_ROWS_AT_LEAST = 2
_BOLD_LEVEL = 7  # a paragraph that is bold altogether is a heading below all others


def read_markdown(text: str, lexicon: Lexicon) -> Document:
    """The document; any text is one, if only of a paragraph."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = _FRONT_MATTER.sub(lambda found: "\n" * found.group().count("\n"), text)
    reader = _Reader(lexicon)
    reader.read(_PARSER.parse(_FOOTNOTE.sub("", text)))
    return Document(tuple(reader.sections), tuple(reader.passages), is_korean=_is_korean(reader.passages))


def _is_korean(passages: Sequence[Passage]) -> bool:
    """Korean ones are full of English names, and a syllable is as much as two letters or three."""
    text = "".join(passage.text for passage in passages if passage.section.role != "sources")
    return len(_HANGUL.findall(text)) * 2 > len(_LATIN.findall(text))


@dataclass(frozen=True)
class _Inline:
    """The plain text of an inline token."""

    text: str
    starts: tuple[tuple[int, int], ...]
    code: tuple[str, ...]
    is_bold: bool


class _Reader:
    """Walks over the tokens once, with the sections that are open."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.sections: list[Section] = []
        self.passages: list[Passage] = []
        self._has_title = False
        self._section = Section("", 0, 0, "")
        self._lists: list[int] = []
        self._items: list[int | None] = []  # where in passages the item is that each open list item began
        self._count = 0

    def read(self, tokens: Sequence[Token]) -> None:
        place = 0
        while place < len(tokens):
            token = tokens[place]
            match token.type:
                case "heading_open":
                    self._open(_inline(tokens[place + 1]), int(token.tag[1]))
                    place += 1
                case "bullet_list_open" | "ordered_list_open":
                    self._count += 1
                    self._lists.append(self._count)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._items.append(None)
                case "list_item_close":
                    self._items.pop()
                case "table_open":
                    place = self._table(tokens, place)
                case "inline":
                    self._text(_inline(token))
                case "fence" | "code_block":
                    line = token.map[0] + 1 if token.map else 0
                    self._add(_Inline("", ((0, line),), (), is_bold=False), Kind.CODE)
            place += 1
        self._gather_children()

    def _open(self, inline: _Inline, level: int) -> None:
        heading, line = inline.text, inline.starts[0][1]
        if level == 1 and not self._has_title and not self.sections:
            self._has_title = True
            return
        parent: Section | None = self._section
        while parent is not None and parent.level >= level:
            parent = parent.parent
        own = self._lexicon.first(heading, "roles")
        horizon = self._lexicon.first(heading, "horizons") or ""
        above = parent.role if parent and parent.level else ""
        self._section = Section(heading, level, line, own or above, horizon, own is not None, parent)
        self.sections.append(self._section)

    def _text(self, inline: _Inline) -> None:
        if not inline.text:
            return
        if not self._items:
            if inline.is_bold and len(inline.starts) == 1:
                self._open(inline, _BOLD_LEVEL)
            else:
                for line in _rows(inline):
                    self._add(line, Kind.PARAGRAPH)
            return
        if self._items[-1] is None:
            self._items[-1] = len(self.passages)
            self._add(inline, Kind.ITEM)
        else:
            self._add(inline, Kind.PARAGRAPH)

    def _add(self, inline: _Inline, kind: Kind, cells: tuple[Cell, ...] = ()) -> None:
        box = _CHECK_BOX.match(inline.text)
        cut = box.end() if box else 0
        starts = tuple((max(0, at - cut), line) for at, line in inline.starts)
        passage = Passage(
            inline.text[cut:],
            kind,
            self._section,
            starts,
            list_id=self._lists[-1] if self._lists else self._count,
            depth=max(0, len(self._lists) - 1),
            cells=cells,
            is_done=box.group(1) in "xX" if box else None,
            code=inline.code,
        )
        self.passages.append(passage)

    def _table(self, tokens: Sequence[Token], place: int) -> int:
        """Reads to the table's end, whose place is the answer."""
        self._count += 1
        headers: list[str] = []
        cells: list[_Inline] = []
        is_head = False
        while tokens[place].type != "table_close":
            match tokens[place].type:
                case "thead_open" | "tbody_open":
                    is_head = tokens[place].type == "thead_open"
                case "tr_open":
                    cells = []
                case "inline":
                    cells.append(_inline(tokens[place]))
                case "tr_close" if is_head:
                    headers = [cell.text for cell in cells]
                case "tr_close":
                    self._row(headers, cells)
            place += 1
        return place

    def _row(self, headers: list[str], cells: list[_Inline]) -> None:
        texts = tuple(Cell(header, cell.text) for header, cell in zip(headers, cells, strict=False))
        joined = " | ".join(cell.text for cell in cells)
        code = tuple(word for cell in cells for word in cell.code)
        if joined.strip(" |"):
            self._add(_Inline(joined, cells[0].starts, code, is_bold=False), Kind.ROW, texts)

    def _gather_children(self) -> None:
        """Items that follow deeper belong to the item before them."""
        gathered: list[Passage] = []
        for passage in reversed(self.passages):
            children: list[Passage] = []
            if passage.kind is Kind.ITEM:
                for later in reversed(gathered):
                    if later.section is not passage.section or not _is_below(later, passage):
                        break
                    children.append(later)
            gathered.append(replace(passage, children=tuple(children)))
        self.passages = gathered[::-1]


def _rows(inline: _Inline) -> list[_Inline]:
    """The lines of a timeline that is written as lines; of other paragraphs the whole."""
    cuts = [start for start, _ in inline.starts]
    parts = [inline.text[a:b].strip() for a, b in zip(cuts, [*cuts[1:], None], strict=True)]
    if sum(map(begins_with_time, parts)) < _ROWS_AT_LEAST:
        return [inline]
    lines = [line for _, line in inline.starts]
    return [replace(inline, text=part, starts=((0, line),)) for part, line in zip(parts, lines, strict=True)]


def _is_below(later: Passage, passage: Passage) -> bool:
    return later.kind is Kind.ITEM and later.depth > passage.depth


def _inline(token: Token) -> _Inline:
    line = token.map[0] + 1 if token.map else 0
    parts: list[str] = []
    starts = [(0, line)]
    code: list[str] = []
    struck = depth = 0
    bold_length = 0
    for child in token.children or []:
        text = ""
        match child.type:
            case "s_open":
                struck += 1
            case "s_close":
                struck -= 1
            case "strong_open":
                depth += 1
            case "strong_close":
                depth -= 1
            case "softbreak" | "hardbreak":
                line += 1
                parts.append(" ")
                starts.append((sum(map(len, parts)), line))
            case "code_inline":
                code.append(child.content)
                text = child.content
            case "text":
                text = _FOOTNOTE_MARK.sub("", child.content)
        if text and not struck:
            parts.append(text)
            bold_length += len(text) if depth else 0
    joined = "".join(parts)
    return _Inline(joined, tuple(starts), tuple(code), is_bold=0 < bold_length == len(joined.strip()))
