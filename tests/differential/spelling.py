"""Other spellings of a query that mean the same, and typing errors that mean another thing or nothing."""

import random
import re

_TOKEN = re.compile(
    r"""\s+|"[^"]*"|'[^']*'|`[^`]*`|[\w:.]+|=~|!~|==|!=|>=|<=|.""",
)
_OPERATORS = ("bool", "offset", "and", "or", "unless", "atan2")
_CLAUSES = ("by", "without", "on", "ignoring", "group_left", "group_right")
_KEYWORDS = frozenset((*_OPERATORS, *_CLAUSES, "sum", "avg", "min", "max", "count", "topk"))
_SIGNS = (
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "@",
    "=",
    "==",
    "!=",
    "=~",
    "!~",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
)
_WORDS = ("sum", "rate", "start", "end", "5m", "1h30m", "2", "0x1F", "1e3", "NaN", "Inf", '"x"', "up")
_STRAY = (*_OPERATORS, *_CLAUSES, *_SIGNS, *_WORDS, "job")


def tokens(query: str) -> list[str]:
    """What the query consists of, blanks included; joined they are the query again."""
    return _TOKEN.findall(query)


def respelled(rng: random.Random, query: str) -> str:
    return "".join(_respelled(rng, token) for token in tokens(query))


def _respelled(rng: random.Random, token: str) -> str:
    if token.isspace():
        return rng.choice((" ", "\n", "\t ", " # why\n"))
    if token in _KEYWORDS and rng.random() < 0.3:
        return token.upper()
    if token[0] == '"' and not set(token) & set("'`\\") and rng.random() < 0.5:
        return rng.choice(("'{}'", "`{}`")).format(token[1:-1])
    if token in "(){}[],+-*/" and rng.random() < 0.1:
        return f" {token} "
    return token


def mistyped(rng: random.Random, query: str) -> str:
    """With one or two tokens left out, doubled, exchanged or strange."""
    parts = [token for token in tokens(query) if not token.isspace()]
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(parts))
        match rng.randrange(4):
            case 0 if len(parts) > 1:
                del parts[place]
            case 1:
                parts.insert(place, parts[place])
            case 2:
                other = rng.randrange(len(parts))
                parts[place], parts[other] = parts[other], parts[place]
            case _:
                parts[place] = rng.choice(_STRAY)
    return " ".join(parts)
