"""Matchers as Alertmanager writes them in filters and silences: ``service=~"order|product"``."""

import re
from collections.abc import Iterable

import re2

from alerts.errors import RequestError
from collector.labels import Matcher, MatchOp

_FORM = re.compile(
    r'\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*', re.DOTALL
)
_ESCAPED = re.compile(r'\\(["\\n])')


def parse_matcher(text: str) -> Matcher:
    """The matcher of a text, its value quoted or bare.

    Raises:
        RequestError: when it is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise RequestError(f"bad matcher format: {text}")
    name, op, quoted, bare = found.groups()
    value = bare if quoted is None else _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], quoted)
    return checked(Matcher(name, MatchOp(op), value))


def checked(matcher: Matcher) -> Matcher:
    """The matcher, if its regular expression is one.

    Raises:
        RequestError: when it is not.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        if matcher.op in {MatchOp.REGEX, MatchOp.NOT_REGEX}:
            re2.compile(f"(?s:{matcher.value})", options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else error
        raise RequestError(f'invalid regular expression "{matcher.value}": {reason}') from error
    return matcher


def match_anything(matchers: Iterable[Matcher]) -> bool:
    """Whether labels that do not exist would match: a silence like that would silence everything."""
    return all(matcher.matches("") for matcher in matchers)
