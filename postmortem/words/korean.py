"""Korean particles, chosen by the sound that a word ends in when it is read aloud."""

import re

from postmortem.marks import CLOSE

_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_RIEUL = 8
_DIGITS = {
    "0": "영",
    "1": "일",
    "2": "이",
    "3": "삼",
    "4": "사",
    "5": "오",
    "6": "육",
    "7": "칠",
    "8": "팔",
    "9": "구",
}
_LETTERS = {"L": "엘", "M": "엠", "N": "엔", "R": "알"}  # the letter names that end in a consonant
_SYMBOLS = {"%": "퍼센트", "℃": "도", "₩": "원"}
_UNITS = {"ms": "초", "KiB": "트", "MiB": "트", "GiB": "트", "TiB": "트", "B": "트"}
_SILENT = re.compile(rf"(\([^()]*\)|[\s`'\"”’」』)\]】>*.,:;!?…–—{CLOSE}-])+$")
_LATIN_WORD = re.compile(r"[A-Za-z]+$")
_CLOSED = re.compile(r"(?:[lmn]|(?:^|[^aeiou])[aeiou]{1,2}[ptcb]|ck|ng)$")

PAIRS = {
    "은/는": ("은", "는"),
    "이/가": ("이", "가"),
    "을/를": ("을", "를"),
    "과/와": ("과", "와"),
    "이/": ("이", ""),
    "(으)로": ("으로", "로"),
}


def with_particle(word: str, pair: str) -> str:
    """The word with the right one of a pair: 적중률을, 8.1%를, p95로, Redis가."""
    closed, open_ = PAIRS[pair]
    final = final_consonant(word)
    if pair == "(으)로" and final == _RIEUL:
        return word + open_
    return word + (closed if final else open_)


def final_consonant(word: str) -> int:
    """The index of the last syllable's final consonant: 0 for none, 8 for ㄹ."""
    spoken = _SILENT.sub("", word)
    if not spoken:
        return 0
    latin = _LATIN_WORD.search(spoken)
    if latin:
        return _latin_final(latin.group())
    last = _DIGITS.get(spoken[-1]) or _SYMBOLS.get(spoken[-1]) or spoken[-1]
    if last == "영" and _is_round(spoken):
        return _hangul_final("십")
    return _hangul_final(last[-1])


def _latin_final(word: str) -> int:
    """Acronyms are spelt out, other words are read as Koreans write their sound."""
    if word in _UNITS:
        return _hangul_final(_UNITS[word])
    if word.isupper() or len(word) == 1:
        return _hangul_final(_LETTERS.get(word[-1].upper(), "이"))
    if not _CLOSED.search(word.lower()):
        return 0
    return _RIEUL if word[-1].lower() == "l" else 1


def _hangul_final(letter: str) -> int:
    code = ord(letter)
    return (code - _HANGUL_FIRST) % 28 if _HANGUL_FIRST <= code <= _HANGUL_LAST else 0


def _is_round(spoken: str) -> bool:
    """True for whole numbers from ten that end in zero: they end in 십, 백, 천, 만, all of them closed."""
    number = re.search(r"[\d,.]+$", spoken)
    return number is not None and "." not in number.group() and len(number.group().replace(",", "")) > 1


class Word(str):
    """A text that a message can ask for with a particle: ``{name:이/가}``."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return with_particle(str(self), spec) if spec in PAIRS else super().__format__(spec)
