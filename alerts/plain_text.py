"""Texts of alerts and files: plain, and short enough to be kept."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from collector.plain_text import plain

ELLIPSIS = "…"
_UNSEEN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}  # categories of Unicode
_EMPTY = "\u115f\u1160\u2800\u3164\uffa0"  # fillers of Hangul, and a cell of Braille without dots


def shortened(text: str, limit_bytes: int) -> str:
    """The text, ending in an ellipsis where it was cut to that many bytes of UTF-8."""
    encoded = text.encode()
    if len(encoded) <= limit_bytes:
        return text
    return encoded[: limit_bytes - len(ELLIPSIS.encode())].decode(errors="ignore") + ELLIPSIS


def is_blank(text: str) -> bool:
    """Nothing in it is seen: spaces, format characters, marks without a letter, empty letters."""
    return all(unicodedata.category(char) in _UNSEEN or char in _EMPTY for char in text)


def plain_values(values: Mapping[str, str], limit_bytes: int) -> dict[str, str]:
    """Labels or annotations with values that are plain and short enough."""
    return {name: shortened(plain(value), limit_bytes) for name, value in values.items()}


def plain_json(value: object) -> object:
    """Decoded JSON, not too deep, with every text in it made plain."""
    match value:
        case str():
            return plain(value)
        case list():
            return [plain_json(each) for each in value]
        case dict():
            return {plain(key): plain_json(each) for key, each in value.items()}
    return value


def _plain_if_text(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


PlainText = Annotated[str, BeforeValidator(_plain_if_text)]
