"""Regexes that users write: RE2, anchored, and kept compiled in a bounded amount of memory."""

import threading
from collections import OrderedDict

import re2

_KEPT_INSTRUCTIONS = 2_000_000
_LEAST_WEIGHT = 2_000  # so that there are no more than a thousand, as each may grow while it matches
_LARGE_INSTRUCTIONS = 10_000


class Regexes:
    """Compiled regexes by their text; the oldest go when all have more instructions than are ``kept``.

    An instruction costs some 35 bytes. A pattern of seven characters may have 80,000.
    """

    def __init__(self, kept: int = _KEPT_INSTRUCTIONS) -> None:
        self._kept = kept
        self._compiled: OrderedDict[str, re2._Regexp[str]] = OrderedDict()
        self._adding = threading.Lock()
        self.instructions = 0

    def __len__(self) -> int:
        return len(self._compiled)

    def get(self, pattern: str) -> "re2._Regexp[str]":
        """Matches whole values, with ``.`` matching a newline too (v3 semantics).

        Raises:
            re2.error: for what is no regular expression, or a very large one.
        """
        found = self._compiled.get(pattern)
        return self._add(pattern) if found is None else found

    def _add(self, pattern: str) -> "re2._Regexp[str]":
        regex = _compile(pattern)
        with self._adding:
            if pattern not in self._compiled:
                self._compiled[pattern] = regex
                self.instructions += _weight(regex)
            while self.instructions > self._kept and len(self._compiled) > 1:
                _, oldest = self._compiled.popitem(last=False)
                self.instructions -= _weight(oldest)
        return regex


def _compile(pattern: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)  # by itself: "a)|(b" is none, though it is within a group
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise re2.error(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) from None
    regex = re2.compile(f"(?s:{pattern})", options)
    if instructions(regex) > _LARGE_INSTRUCTIONS:
        re2.purge()  # the library remembers 128 of its own accord, however large
    return regex


def _weight(regex: "re2._Regexp[str]") -> int:
    return max(instructions(regex), _LEAST_WEIGHT)


def instructions(regex: "re2._Regexp[str]") -> int:
    """How large the compiled regex is, and how long it takes for a character at worst."""
    return int(regex.programsize)


_REGEXES = Regexes()


def anchored_regex(pattern: str) -> "re2._Regexp[str]":
    """As ``Regexes.get``, of those that the process keeps."""
    return _REGEXES.get(pattern)
