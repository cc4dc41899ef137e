"""What a request to flip switches says: all of it, or an error that names the first mistake."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from commerce_app.errors import RejectedError
from commerce_app.switches import Switch

AUTHOR_LIMIT = 100
REASON_LIMIT = 500
# Control and format characters, surrogates, line and paragraph separators: they would forge lines of a log.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Flips:
    """The states wanted, at least one, and who wants them why."""

    states: Mapping[Switch, bool]
    author: str
    reason: str


def read_flips(body: bytes) -> Flips:
    """Read ``{switch: true or false, …, author, reason}``; raises RejectedError (422) with the mistake."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RejectedError(422, f"body: expected JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RejectedError(422, "body: expected an object of switches, author and reason")
    author = one_line("author", fields.pop("author", None), AUTHOR_LIMIT)
    reason = one_line("reason", fields.pop("reason", None), REASON_LIMIT)
    states = {_switch(name): _state(name, state) for name, state in fields.items()}
    if not states:
        raise RejectedError(422, f"body: expected at least one switch: {', '.join(Switch)}")
    return Flips(states, author, reason)


def one_line(name: str, value: object, limit: int) -> str:
    """The text without spaces around it; raises RejectedError (422) when it is none, or could forge lines."""
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= limit or any(unicodedata.category(each) in _UNSEEN for each in text):
        raise RejectedError(422, f"{name}: expected text of 1 to {limit} characters in one line")
    return text


def _switch(name: str) -> Switch:
    if name not in set(Switch):
        shown = name if len(name) <= AUTHOR_LIMIT else name[:AUTHOR_LIMIT] + "…"
        raise RejectedError(422, f"{shown}: expected a switch: {', '.join(Switch)}")
    return Switch(name)


def _state(name: str, state: object) -> bool:
    if not isinstance(state, bool):
        raise RejectedError(422, f"{name}: expected true or false")
    return state
