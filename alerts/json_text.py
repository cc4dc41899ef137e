"""JSON that commands print: any reader takes it."""

from typing import Any

import orjson


def json_text(value: Any) -> str:  # noqa: ANN401  whatever JSON can hold
    """Indented, in Unicode. A number that is none, or without end, is null: JSON has no word for it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode()
