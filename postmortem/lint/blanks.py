"""Places that are marked as still to be written: a report's own blanks, and TBD."""

import re

_BLANK = re.compile(
    r"【작성 필요:[^】]*】|\[to be written:[^\]]*\]|\bTB[DCA]\b|\?\?\?"
    r"|(?<![가-힣])(?:미정|추후 (?:결정|확정|작성))(?![가-힣])"
)


def blanks(text: str) -> list[str]:
    """Every mark in the text."""
    return _BLANK.findall(text)


def is_blank(text: str) -> bool:
    """Whether nothing but marks stands there."""
    return bool(_BLANK.search(text)) and not _BLANK.sub("", text).strip(" .,;:|-–—")
