"""Draws queries that mean harm: valid ones with hostile parts put in, and parts strung together."""

import random
from collections.abc import Callable

from tests.differential.grammar import Grammar
from tests.differential.spelling import tokens
from tests.promqlfuzz.parts import DURATIONS, FRAGMENTS, NUMBERS, STRINGS, UTF8_QUERIES

BEGIN = 1_735_689_600  # of the first world of tests.differential


def drawn(seed: int, number: int) -> str:
    """The query of this number; the same for the same seed."""
    rng = random.Random(f"hostile {seed} {number}")
    if rng.random() < 0.1:
        return "".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(1, 12)))
    query = _valid(rng)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        query = rng.choice(_MUTATIONS)(rng, query)
    return query


def _valid(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(UTF8_QUERIES)
    return str(Grammar(rng, BEGIN, instant=rng.random() < 0.5).query())


def _replaced(rng: random.Random, query: str) -> str:
    """A number, duration or string becomes a hostile one."""
    parts = tokens(query)
    places = [n for n, part in enumerate(parts) if part[0].isdigit() or part[0] in "\"'`"]
    if places:
        place = rng.choice(places)
        kind = parts[place]
        choices = STRINGS if kind[0] in "\"'`" else DURATIONS if kind[-1].isalpha() else NUMBERS
        parts[place] = rng.choice(choices)
    return "".join(parts)


def _inserted(rng: random.Random, query: str) -> str:
    parts = tokens(query)
    parts.insert(rng.randint(0, len(parts)), rng.choice(FRAGMENTS))
    return "".join(parts)


def _shuffled(rng: random.Random, query: str) -> str:
    """A token goes, comes twice, or changes places."""
    parts = tokens(query)
    here, there = rng.randrange(len(parts)), rng.randrange(len(parts))
    match rng.randrange(3):
        case 0:
            del parts[here]
        case 1:
            parts.insert(there, parts[here])
        case _:
            parts[here], parts[there] = parts[there], parts[here]
    return "".join(parts) or "x"


def _modified(rng: random.Random, query: str) -> str:
    """A modifier, range or subquery with hostile times goes to the end, or after any token."""
    amount = rng.choice((*DURATIONS, *NUMBERS))
    other = rng.choice((*DURATIONS, *NUMBERS, ""))
    added = rng.choice((f"[{amount}]", f"[{amount}:{other}]", f" offset {amount}", f" @ {amount}"))
    parts = tokens(query)
    place = len(parts) if rng.random() < 0.5 else rng.randint(0, len(parts))
    return "".join([*parts[:place], added, *parts[place:]])


def _nested(rng: random.Random, query: str) -> str:
    times = rng.choice((2, 10, 60, 99, 101, 3000))
    opened, closed = rng.choice(
        (("(", ")"), ("sum(", ")"), ("-", ""), ("abs(", ")"), ("max_over_time(", "[1h:1m])"))
    )
    return opened * times + query + closed * times


def _chained(rng: random.Random, query: str) -> str:
    times = rng.choice((2, 30, 499, 3000))
    operator = rng.choice((" + ", " ^ ", " and ", " unless on() ", " or ", " == bool ", ","))
    return operator.join([query] * min(times, 60_000 // (len(query) + 1) + 1))


def _noised(rng: random.Random, query: str) -> str:
    """One character becomes any other of Unicode."""
    place = rng.randrange(len(query))
    odd = rng.choice((chr(rng.randrange(0x110000)), chr(rng.randrange(0x80)), "\0", "\ud800", "\u2028"))
    return query[:place] + odd + query[place + rng.randint(0, 1) :]


def _cut(rng: random.Random, query: str) -> str:
    return query[: rng.randrange(len(query)) + 1]


_MUTATIONS: tuple[Callable[[random.Random, str], str], ...] = (
    *(_replaced,) * 4,
    *(_modified,) * 3,
    *(_inserted,) * 2,
    *(_shuffled,) * 2,
    _nested,
    _chained,
    _noised,
    _cut,
)
