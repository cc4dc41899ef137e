"""What a regex says of a value in plain text: which values it has, or how they begin."""

import re
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = frozenset(r".*+?()[]{}|^$" + "\\")
_PUNCTUATION = frozenset(r"""!"#%&',-./:;<=>@_`~""") | _SPECIAL
_MAY_BE_ABSENT = frozenset("*?{")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_REMEMBERED = 512


@dataclass(frozen=True)
class Literals:
    """Values that an anchored RE2 fits.

    exact: all of them, where it is an alternation of plain text; else None.
    prefix: how each of them begins.
    free: whether each value that begins so fits.
    """

    exact: frozenset[str] | None = None
    prefix: str = ""
    free: bool = False


@lru_cache(maxsize=_REMEMBERED)
def literals_of(pattern: str) -> Literals:
    """Plain text that a valid regex is made of; nothing, where it is not obvious."""
    whole = _GROUP.fullmatch(pattern)
    alternatives = _split(whole.group(1) if whole else pattern)
    read = [_leading(part) for part in alternatives]
    if all(not rest for _, rest in read):
        return Literals(exact=frozenset(text for text, _ in read))
    if "|" in pattern:
        return Literals()
    prefix, rest = _leading(pattern)
    return Literals(prefix=prefix, free=rest == ".*")


def _split(pattern: str) -> list[str]:
    """At each ``|`` that no backslash stands before."""
    return re.split(r"(?<!\\)\|", pattern) if "\\\\" not in pattern else [pattern]


def _leading(pattern: str) -> tuple[str, str]:
    """The plain text at the beginning, and the rest of the pattern."""
    texts: list[str] = []
    begins: list[int] = []
    at = 0
    while at < len(pattern):
        escaped = pattern[at] == "\\"
        text = pattern[at + escaped : at + escaped + 1]
        if text not in _PUNCTUATION if escaped else text in _SPECIAL:
            break
        texts.append(text)
        begins.append(at)
        at += 1 + escaped
    if texts and pattern[at : at + 1] in _MAY_BE_ABSENT:
        texts.pop()
        at = begins.pop()
    return "".join(texts), pattern[at:]
