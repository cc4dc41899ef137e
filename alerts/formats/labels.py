"""Labels and annotations as a spec gives them."""

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from collector.redaction import shortened

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)")
_ONE_LABEL = re.compile(r"\{\{-?\s*(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)\s*-?\}\}")


def _texts(value: object) -> object:
    """YAML reads ``tier: 2`` as a number, whose text is plain; that of ``1.10`` and ``yes`` is not."""
    if not isinstance(value, Mapping):
        return value
    for name, text in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.startswith("__"):
            raise ValueError(f"expected names of letters, digits and _, found {shortened(name)}")
        if isinstance(text, bool) or not isinstance(text, str | int):
            raise ValueError(f"{name}: expected text in quotes, found {shortened(text)}")  # noqa: TRY004  pydantic wraps this
    return {name: str(text) for name, text in value.items()}


Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
"""Labels or annotations: texts by names that Prometheus takes."""


def with_labels_filled(text: str, labels: Mapping[str, str]) -> str:
    """A template with ``$labels.NAME`` filled in for labels that are known beforehand.

    Our expressions carry fewer labels than those of other tools; what Prometheus would fill in is the same.
    """

    def one(found: re.Match[str]) -> str:
        value = labels.get(found[1])
        return found[0] if value is None or "{{" in value else value

    def within(found: re.Match[str]) -> str:
        return _LABEL.sub(lambda m: json.dumps(labels[m[1]]) if m[1] in labels else m[0], found[0])

    return _ACTION.sub(within, _ONE_LABEL.sub(one, text))
