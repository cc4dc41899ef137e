"""Numbers with their units, as a document's lines print them, and the words around them."""

import re

_NUMBER = r"[-+−]?\d+(?:[.,:]\d+)*"
_UNIT = r"(?:시간|[일분초만억조원]|%|\s?(?:ms|min|[smhd]|[KMGT]iB|B)(?![A-Za-z]))"
_QUANTITY = re.compile(rf"{_NUMBER}{_UNIT}?(?:\s{_NUMBER}{_UNIT})*")
_PLACE = "\0"  # in no document


def quantities(line: str) -> list[str]:
    """In reading order; a length of time of several units is one."""
    return [" ".join(found.split()) for found in _QUANTITY.findall(line)]


def around_quantities(line: str) -> str:
    """The line without its quantities, on one line."""
    return " ".join(_QUANTITY.sub(_PLACE, line.replace(_PLACE, "")).split())
