"""Mistakes that pydantic found, in our words: the key in the file, what was expected, what stands there."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from collector.redaction import shortened

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_TOLD = 5
_CHOICE = re.compile(r"^(str|int|float|bool|none|list|dict|tuple|date|datetime)$|^[A-Z]|[\[(-]")
_OURS = re.compile(r"(Input|String|List|Tuple|Dictionary) should (be|have)")
_TYPES = {
    "string_type": "text",
    "list_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
}


def mistakes(error: ValidationError, content: object) -> list[str]:
    """Each mistake by its key, the first few; of a value that could be one of several things, the first."""
    told: dict[str, str] = {}
    for mistake in error.errors():
        key, text = _key(mistake, content), explained(mistake)
        told.setdefault(key if mistake["type"] != "unknown_key" else text, f"{key}: {text}" if key else text)
    lines = list(told.values())
    more = len(lines) - MOST_TOLD
    return [*lines[:MOST_TOLD], f"and {more} more mistakes"] if more > 1 else lines


def _key(mistake: "ErrorDetails", content: object) -> str:
    """Where in the file, without the types that a choice between them adds; of what is missing, where to."""
    found: list[str] = []
    for part in mistake["loc"][:-1] if mistake["type"] == "missing" else mistake["loc"]:
        if isinstance(content, Mapping):
            is_key = part in content or not _CHOICE.search(str(part))
            content = content.get(part) if is_key else content
        else:
            is_key = isinstance(content, list) and isinstance(part, int) and part < len(content)
            content = content[part] if is_key else content  # type: ignore[index]  # a list, then
        if is_key:
            found.append(str(part))
    return ".".join(found)


def explained(mistake: "ErrorDetails") -> str:
    """Pydantic's words for a mistake in ours, which say what was expected."""
    if mistake["type"] == "missing":
        return f"expected {mistake['loc'][-1]}, found none"
    if (what := _TYPES.get(mistake["type"])) is not None:
        return f"expected {what}, found {_found(mistake['input'])}"
    if mistake["type"] == "string_pattern_mismatch":
        return f"expected text that matches {mistake['ctx']['pattern']}, found {shortened(mistake['input'])}"
    if mistake["type"] == "less_than_equal":
        return f"expected at most {mistake['ctx']['le']:.12g}, found {shortened(mistake['input'])}"
    text = mistake["msg"].removeprefix("Value error, ").replace(" after validation", "")
    text = _OURS.sub("expected", text, count=1)
    if "expected" in text or text.startswith("unknown key"):
        return text
    return f"expected another value than {shortened(mistake['input'])}: {text}"


def _found(value: object) -> str:
    """In a list or a mapping may be a secret."""
    kinds = ((Mapping, "a mapping"), (list, "a list"), (type(None), "nothing"))
    return next((kind for type_, kind in kinds if isinstance(value, type_)), shortened(value))
