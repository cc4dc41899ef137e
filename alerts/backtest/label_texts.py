"""What templates of labels need: the value of the expression, or queries of their own."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from alerts.backtest.reads import Window, windows_read
from collector.errors import QueryError, TemplateError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector
from collector.template_pieces import split

_VALUE = re.compile(r"alue|(?:^|[\s(|,])[.$](?=$|[\s)|,])")  # also a bare . or $, which hold it
_QUERY = re.compile(r"\bquery\b")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')


def needs_value(text: str) -> bool:
    """Whether what is filled in may depend on the value."""
    return any(_VALUE.search(action) for action in _actions(text))


def read_by(text: str) -> Iterator[tuple[Selector, Window]]:
    """What the queries of a template read, as far as its strings say.

    A matcher that ``printf`` fills in is left out, so that more is read rather than less.
    """
    actions = _actions(text)
    if not any(_QUERY.search(action) for action in actions):
        return
    for string in (found[0] for action in actions for found in _STRING.finditer(action)):
        try:
            query = _unquoted(string).replace("%q", '"%q"')
            node = parse(query, size=QuerySize(), experimental=True)
        except (QueryError, ValueError):
            continue  # a text of another kind
        for selector, window in windows_read(node):
            known = tuple(matcher for matcher in selector.matchers if "%" not in matcher.value)
            if known:
                yield replace(selector, matchers=known), window


def _unquoted(string: str) -> str:
    """Of a string as Go spells it."""
    return string[1:-1] if string.startswith("`") else str(json.loads(string))


def _actions(text: str) -> list[str]:
    try:
        return [piece.text for piece in split(text) if piece.is_action]
    except TemplateError:
        return []
