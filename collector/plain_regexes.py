"""What a regex says of a value in plain text: which values it has, or how they begin, go on and end."""

import re
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = frozenset(r".*+?()[]{}|^$" + "\\")
_PUNCTUATION = frozenset(r"""!"#%&',-./:;<=>@_`~""") | _SPECIAL
_MAY_BE_ABSENT = frozenset("*?{")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_ANYTHING, _SOMETHING = ".*", ".+"
_REMEMBERED = 512


@dataclass(frozen=True)
class Literals:
    """Values that an anchored RE2 fits.

    exact: all of them, where it is an alternation of plain text; else None.
    prefix, middle, suffix: how each of them begins, what it holds somewhere, how it ends.
    least: how many characters it has at least.
    free: whether each value that is so fits.
    """

    exact: frozenset[str] | None = None
    prefix: str = ""
    middle: str = ""
    suffix: str = ""
    least: int = 0
    free: bool = False

    def narrowed(self, values: list[str]) -> list[str]:
        """Those that may fit of values that begin as they should."""
        if self.middle:
            values = [value for value in values if self.middle in value]
        if self.suffix:
            values = [value for value in values if value.endswith(self.suffix)]
        return [value for value in values if len(value) >= self.least] if self.least > 1 else values


@lru_cache(maxsize=_REMEMBERED)
def literals_of(pattern: str) -> Literals:
    """Plain text that a valid regex is made of; nothing, where it is not obvious."""
    whole = _GROUP.fullmatch(pattern)
    alternatives = _split(whole.group(1) if whole else pattern)
    read = [_leading(part) for part in alternatives]
    if all(not rest for _, rest in read):
        return Literals(exact=frozenset(text for text, _ in read))
    return Literals() if "|" in pattern else _in_order(pattern)


def _in_order(pattern: str) -> Literals:
    """Of what is no alternation: plain text, what may be anything, and plain text again."""
    prefix, rest = _leading(pattern)
    gap, rest = rest[:2], rest[2:]
    if gap not in {_ANYTHING, _SOMETHING}:
        return Literals(prefix=prefix)
    text, rest = _leading(rest)
    least = len(prefix) + len(text) + (gap == _SOMETHING)
    if not rest:
        return Literals(prefix=prefix, suffix=text, least=least, free=True)
    is_free = rest == gap == _ANYTHING and not prefix
    return Literals(prefix=prefix, middle=text, least=least, free=is_free)


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
