"""Figures inside texts: which fact each printed one shows, so that a document can link it and be checked.

A mark is made of Unicode's noncharacters, which are meant for use inside a process: messages, particles and
renderers pass them on, and records of others lose theirs on the way in.
"""

import re
from collections.abc import Callable, Iterator

_OPEN, _TEXT, CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
_FIGURE = re.compile(f"(!?){_OPEN}([^{_TEXT}]*){_TEXT}([^{CLOSE}]*){CLOSE}")
_HALVES = range(0xD800, 0xE000)  # of characters: JSON may hold them, no file can
_TAKEN_OUT: dict[int, str | int | None] = {
    **dict.fromkeys(_HALVES, "\ufffd"),
    **str.maketrans("", "", _OPEN + _TEXT + CLOSE),
}


def mark(text: str, fact: str) -> str:
    """The text as the printed form of the fact with this id."""
    return f"{_OPEN}{fact}{_TEXT}{text}{CLOSE}"


def numbered(printed: str, number: int | None) -> str:
    """The printed form with its number in markup that no reader sees, in Markdown as in HTML."""
    return printed if number is None else f'<data value="f{number}">{printed}</data>'


def without_marks(text: str) -> str:
    """What others wrote, which shows no fact of ours whatever it holds, and can be written."""
    return text.translate(_TAKEN_OUT)


def marked_facts(text: str) -> Iterator[tuple[str, str]]:
    """The id of each fact that the text shows, and how it is printed, in reading order."""
    for found in _FIGURE.finditer(text):
        yield found[2], found[3]


def replace_marks(text: str, link: Callable[[str, str], str], bang: str = "!") -> str:
    """The text with ``link(fact, printed)`` for each figure. bang: for a ``!`` right before one."""
    return _FIGURE.sub(lambda found: (bang if found[1] else "") + link(found[2], found[3]), text)
