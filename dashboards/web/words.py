"""What the pages say, in English and Korean; the texts stand in ``words.yml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "ko")


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """By key, then by language."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (Path(__file__).parent / "words.yml").read_text(encoding="utf-8")
    )
    return loaded


def say(language: str, key: str, **values: object) -> str:
    """The text; of two forms divided by a bar, the first is for ``n`` = 1."""
    forms = texts()[key][language].split("|")
    return (forms[0] if values.get("n") == 1 else forms[-1]).format(**values)
