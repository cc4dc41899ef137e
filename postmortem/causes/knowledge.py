"""What is known of causes, read from ``knowledge.yml``: what signals measure, moves, candidates."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from alerts.charts.model import Unit
from collector.yaml_text import load
from postmortem.records import Good

# A word ends where a capital or a figure begins; brackets stay, so that a pattern can name a function.
_BREAKS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|[^A-Za-z0-9(]+")


def _whole_words(pattern: object) -> object:
    return f"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])" if isinstance(pattern, str) else pattern


Words = Annotated[re.Pattern[str], BeforeValidator(_whole_words)]


def in_words(text: str) -> str:
    """Lower-case words with a space between: what ``Words`` are searched in."""
    return _BREAKS.sub(" ", text).replace("(", "( ").lower()


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasureRule(_Known):
    """A line of ``measures``: what is named must hold; ``part_class`` is spelt ``class``."""

    measure: str
    part_class: tuple[str, ...] = ()
    unit: tuple[Unit, ...] = ()
    good: tuple[Good, ...] = ()
    words: Words | None = None


class Move(_Known):
    """A way a measure can move, with how much is any and how much is full evidence of it.

    relative: the factors, of what is at least ``absolute``; difference: in the signal's unit.
    head_room: of a share of what there is, the share of the rest that is used up; before ``relative``.
    of_wait, of_requests: ``absolute`` as a share of the longest wait that users felt, of requests a second.
    """

    of: str
    direction: str
    relative: tuple[float, float] | None = None
    absolute: float = 0.0
    of_wait: float = 0.0
    of_requests: float = 0.0
    difference: tuple[float, float] | None = None
    head_room: tuple[float, float] | None = None


class Candidate(_Known):
    """What may have happened to a part of a class. ``faults``: those of a fault injector that are told as it.

    part: how likely each move of the part is, ``move`` or ``class.move``; others: of other parts.
    below: it explains what users of other services feel, not of its own.
    """

    id: str
    part_class: str
    faults: tuple[str, ...]
    below: bool = False
    part: Mapping[str, float]
    others: Mapping[str, float] = {}


class Knowledge(_Known):
    roles: Mapping[str, str]
    classes: Mapping[str, Words]
    measures: tuple[MeasureRule, ...]
    moves: Mapping[str, Move]
    own_default: float
    above_default: float
    elsewhere_default: float
    candidates: tuple[Candidate, ...]
    beside: Mapping[str, float]
    by_load: tuple[str, ...]
    weaknesses: tuple[str, ...]
    amplifiers: tuple[str, ...]

    def ids(self) -> tuple[str, ...]:
        """Those of all candidates."""
        return tuple(candidate.id for candidate in self.candidates)


@cache
def load_knowledge() -> Knowledge:
    """The table that is shipped."""
    text = files("postmortem.causes").joinpath("knowledge.yml").read_text(encoding="utf-8")
    return Knowledge.model_validate(_renamed(load(text)))


def _renamed(content: object) -> object:
    """``class`` is a word of Python's."""
    if isinstance(content, dict):
        return {("part_class" if k == "class" else k): _renamed(v) for k, v in content.items()}
    return [_renamed(each) for each in content] if isinstance(content, list) else content
