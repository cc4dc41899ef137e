"""What an event may carry beside its text: JSON that whoever reads it later can still write."""

import json
from collections.abc import Mapping
from typing import Any

DEEPEST_TAKEN = 8
DEEPEST_SHOWN = 64  # encoders of JSON give up at some hundreds
LARGEST_BYTES = 64 * 1024


def checked(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes, when they can be kept.

    Raises:
        ValueError: what was expected of them instead.
    """
    if _deeper_than(attributes, DEEPEST_TAKEN):
        raise ValueError(f"expected attributes at most {DEEPEST_TAKEN} levels deep")
    try:
        size = len(json.dumps(attributes, ensure_ascii=False, allow_nan=False).encode())
    except UnicodeEncodeError as error:
        raise ValueError("expected attributes in Unicode") from error
    if size > LARGEST_BYTES:
        raise ValueError(f"expected attributes of at most {LARGEST_BYTES} bytes as JSON, found {size}")
    return attributes


def shown(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes of a stored event; a note in place of those that could not be written again."""
    if _deeper_than(stored, DEEPEST_SHOWN):
        return {"note": f"attributes deeper than {DEEPEST_SHOWN} levels are not shown"}
    return stored


def _deeper_than(value: object, levels: int) -> bool:
    """Level by level, because a recursion is what deep values break."""
    level = [value]
    for _ in range(levels + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
