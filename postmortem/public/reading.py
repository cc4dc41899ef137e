"""A text as it reads, whatever it is written with: one kind of letters, words apart from their particles."""

import re
import unicodedata

_WORD = re.compile(r"[^\s'\"‘’“”()\[\]{},;!?]+")
_SCRIPTS_MEET = re.compile(r"(?<=[a-z\d_])(?=[^\W\x00-\x7f])|(?<=[^\W\x00-\x7f])(?=[a-z\d_])")
_KNOWN_SCRIPTS = (
    "HANGUL",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
)  # beside ASCII, none of whose letters they resemble


def folded(text: str) -> str:
    """Without what is not seen and without accents, one kind of letters and of dashes, in lower case."""
    seen = (char for char in unicodedata.normalize("NFKD", text) if _is_seen(char))
    whole = unicodedata.normalize("NFC", "".join(seen))
    return "".join("-" if unicodedata.category(char) == "Pd" else char for char in whole).casefold()


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in {"Cf", "Mn"}


def apart(read: str) -> str:
    """A folded text where a Latin word ends where Hangul begins: Korean writes particles onto names."""
    return _SCRIPTS_MEET.sub(" ", read)


def words_of(read: str) -> list[str]:
    """Of a folded text, without the marks around them."""
    return [word.strip(".:-") for word in _WORD.findall(read)]


def has_lookalikes(read: str) -> bool:
    """Whether a folded text has letters that may be taken for others, as Cyrillic ones for Latin ones."""
    foreign = (char for char in read if char.isalpha() and not char.isascii())
    return any(not unicodedata.name(char, "").startswith(_KNOWN_SCRIPTS) for char in foreign)
