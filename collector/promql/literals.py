"""Numbers and strings of a query, checked and respelled before the parser, which panics at some."""

import math
import re
from dataclasses import dataclass

from collector.errors import QueryError
from collector.promql.guard import QUOTED

_STRINGS = rf"{QUOTED}|\#[^\n]*+"
_RESPELLED = re.compile(
    rf"([=!]~(?:\s|\#[^\n]*+)*+)({QUOTED})|{_STRINGS}|\bor\s+(?=[=!])", re.IGNORECASE | re.DOTALL
)
_DECIMALS = re.compile(rf"{_STRINGS}|(?<![\w.:])(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w.:])", re.IGNORECASE)
# Possessive, as a blank that goes back is tried again in every way.
_BETWEEN = r"(?:[\s+-]|\#[^\n]*+)*+"
_AMOUNT = r"(?:0x[0-9a-f]++|(?:\d++\.?+\d*+|\.\d++)(?:e[-+]?\d++)?|inf|nan)(?![\w.])"
_DURATIONS = re.compile(
    rf"{_STRINGS}|(?:\[|\boffset\b){_BETWEEN}(?:({_AMOUNT})|[\w.]*+){_BETWEEN}(?::{_BETWEEN}({_AMOUNT})?)?",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_SECONDS = 2**63 / 1e9  # Go counts nanoseconds in 64 bits
_BYTES = re.compile(r"((?:\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2})+)|\\.", re.DOTALL)
_BYTE = re.compile(r"\\x(..)|\\(...)")


@dataclass(frozen=True)
class Respelled:
    """A query as the parser has to be told it to mean what it means to Prometheus.

    regexes: the strings (as they are spelled) after ``=~`` and ``!~``; in the text stand their numbers. The
    parser would compile them, each in up to 10 MB, with rules that are not RE2's.
    """

    text: str
    regexes: tuple[str, ...]


def respelled(query: str) -> Respelled:
    """Makes a query ready for the parser.

    Raises:
        QueryError: bad_data, for numbers that no float or duration holds, and strings that are no UTF-8.
    """
    _check_numbers(query)
    _check_durations(query)
    regexes: list[str] = []

    def respell(match: re.Match[str]) -> str:
        if not match[1]:
            return _as_the_parser_reads(match[0])
        regexes.append(_as_the_parser_reads(match[2]))
        return f'{match[1]}"{len(regexes) - 1}"'

    return Respelled(_RESPELLED.sub(respell, query), tuple(regexes))


def _check_numbers(query: str) -> None:
    for match in _DECIMALS.finditer(query):
        text = match[0]
        if text[0] not in "\"'`#" and math.isinf(float(text)):
            raise QueryError(f"parse error: error parsing number: {_shown(text)}: value out of range")


def _check_durations(query: str) -> None:
    """Numbers that stand where durations do: the parser panics at those that it cannot keep."""
    for match in _DURATIONS.finditer(query):
        for text in filter(None, match.groups()):
            if not _seconds(text) <= _LONGEST_SECONDS:
                raise QueryError(f"parse error: duration out of range: {_shown(text)}")


def _seconds(text: str) -> float:
    if text[:2] not in {"0x", "0X"}:
        return float(text)
    number = int(text, 16)
    return math.inf if number > _LONGEST_SECONDS else float(number)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _as_the_parser_reads(text: str) -> str:
    """The parser unescapes raw strings, and wants the operator right after a label named "or"."""
    if text[0] == "`":
        if len(text) == 1 or text[-1] != "`":
            return text  # for the parser to refuse
        escaped = text[1:-1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if text[0] in "\"'":
        return _BYTES.sub(_joined, text)
    return text.rstrip() if text[0] in "oO" else text


def _joined(match: re.Match[str]) -> str:
    """Escaped bytes are of UTF-8, as in Go; the parser takes each for a character."""
    if not match[1]:
        return match[0]
    values = bytes(int(h, 16) if h else int(o, 8) for h, o in _BYTE.findall(match[1]))
    if values.isascii():
        return match[0]
    try:
        text = values.decode()
    except UnicodeDecodeError as error:
        raise QueryError(f"parse error: invalid UTF-8 in a string: {_shown(match[1])}") from error
    return "".join(char if char > "\x7f" else f"\\x{ord(char):02x}" for char in text)
