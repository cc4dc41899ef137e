"""Constants as Go's templates write them: texts, numbers, characters."""

import re

from collector.errors import TemplateError

_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\\"'])|(.?))", re.DOTALL
)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LARGEST = 2**63 - 1


def unquoted(text: str) -> str:
    """The text between quotes or backticks. Raises ``TemplateError`` for an escape that Go does not have."""
    if text.startswith("`"):
        return text[1:-1]
    parts: list[bytes] = []
    position = 1
    for match in _ESCAPE.finditer(text, 1, len(text) - 1):
        parts += [text[position : match.start()].encode(), _unescaped(match)]
        position = match.end()
    parts.append(text[position:-1].encode())
    return b"".join(parts).decode("utf-8", "replace")


def _unescaped(match: re.Match[str]) -> bytes:
    hexadecimal, octal, short, long, named, _unknown = match.groups()
    if hexadecimal or octal:
        return bytes([int(hexadecimal, 16) if hexadecimal else int(octal, 8) & 0xFF])
    if named:
        return _NAMED.get(named, named).encode()
    code = int(short or long or "ffffffff", 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise TemplateError(f"not an escape: {match[0]!r}")
    return chr(code).encode()


def number(text: str) -> int | float:
    """A whole number unless it has a point or an exponent. Raises ``TemplateError``."""
    try:
        if re.search(r"[.eE]", text) and not text.lstrip("+-").lower().startswith("0x"):
            return float(text)
        digits = text.lstrip("+-")
        is_octal = len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567_"
        value = int(digits, 8 if is_octal else 0)
    except ValueError as error:
        raise TemplateError(f"bad number syntax: {text[:40]!r}") from error
    if value > _LARGEST:
        raise TemplateError(f"integer overflow: {text[:40]!r}")
    return -value if text.startswith("-") else value


def character(text: str) -> int:
    """The code of a character in quotes."""
    inner = unquoted(text)
    if len(inner) != 1:
        raise TemplateError(f"malformed character constant: {text}")
    return ord(inner)
