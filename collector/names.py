"""Names of metrics and labels: any text of UTF-8, some of which has to stand in quotes or be escaped."""

import re

_BARE_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_BARE_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPED = "U__"
_PART = re.compile(r"[^_]+|__|_([0-9a-fA-F]{1,5})_")  # as Prometheus counts, so the last plane has none


def is_bare_metric(name: str) -> bool:
    """Whether PromQL and metrics pages may have the name of a metric without quotes."""
    return _BARE_METRIC.fullmatch(name) is not None


def is_bare_label(name: str) -> bool:
    """Whether PromQL and metrics pages may have the name of a label without quotes."""
    return _BARE_LABEL.fullmatch(name) is not None


def unescaped(name: str) -> str:
    """``U__a_2e_b`` is ``a.b``, as addresses spell it; what is no such spelling is taken as it is.

    Source: ``UnescapeName`` with ``ValueEncodingEscaping`` of Prometheus' package ``model``.
    """
    rest = name.removeprefix(_ESCAPED)
    if rest == name:
        return name
    parts: list[str] = []
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None or not _is_character(match[1]):
            return name
        parts.append(chr(int(match[1], 16)) if match[1] else match[0].replace("__", "_"))
        position = match.end()
    return "".join(parts)


def _is_character(code: str | None) -> bool:
    number = int(code or "0", 16)
    return number < 0xD800 or 0xE000 <= number <= 0x10FFFF
