"""Text from elsewhere, made safe to print: a terminal must not obey what an alert or a server says."""

import re

REPLACEMENT = "\ufffd"
# C0 but tab and newline, DEL and C1, other ends of lines, and what turns the direction of writing around.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with its control characters replaced; the line ends of Windows become newlines."""
    return _UNSAFE.sub(REPLACEMENT, text.replace("\r\n", "\n"))


def stripped(text: str) -> str:
    """The text without them, for what is written into files."""
    return _UNSAFE.sub("", text)


def plain_line(text: str) -> str:
    """The same as one line."""
    return " ".join(plain(text).split())
