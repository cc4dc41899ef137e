"""A sentence as a title: what an alert says politely is no title of a Korean report."""

import re

from alerts.charts.model import Language

_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_MIEUM, _PIEUP = 16, 17  # final consonants, by their index in a syllable
_ENDINGS = (
    (re.compile(r"(?:하|되)고 있습니다$"), ""),
    (re.compile(r"고 있습니다$"), "는 중"),
    (re.compile(r"습니다$"), "음"),
)
_FORMAL = re.compile(r"(.)니다$")


def headline(text: str, language: Language) -> str:
    """소진되고 있습니다 becomes 소진, 없습니다 없음, 느립니다 느림; other texts stay as they are."""
    if language is not Language.KO:
        return text
    bare = text.rstrip(" .")
    for pattern, ending in _ENDINGS:
        if pattern.search(bare):
            return pattern.sub(ending, bare)
    formal = _FORMAL.search(bare)
    if formal is None or not _HANGUL_FIRST <= ord(formal[1]) <= _HANGUL_LAST:
        return text
    final = (ord(formal[1]) - _HANGUL_FIRST) % 28
    return bare[: formal.start()] + chr(ord(formal[1]) - _PIEUP + _MIEUM) if final == _PIEUP else text
