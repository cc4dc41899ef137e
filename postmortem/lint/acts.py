"""What is done or happens at a time, told in a row, so that two rows about one act are found."""

from collections.abc import Iterator
from dataclasses import dataclass

from postmortem.lint.clauses import Clause, clauses, content_words, likeness
from postmortem.lint.lexicon import Lexicon

_ALIKE = 0.6
_SHARED_WORDS = 3
_OPPOSITE = {"raise": {"lower"}, "lower": {"raise"}, "enable": {"disable"}, "disable": {"enable"}}
_HAPPENING = {"detected", "alarm", "acknowledged", "normal"}


@dataclass(frozen=True)
class Act:
    """name: of the lexicon, or empty where only words tell. services: on what, where it is told."""

    name: str
    direction: str
    services: frozenset[str]
    words: frozenset[str]
    text: str

    @property
    def is_deed(self) -> bool:
        """Somebody did it, it did not just happen."""
        return self.name not in _HAPPENING


def read_acts(text: str, lexicon: Lexicon) -> Iterator[Act]:
    """The acts of each clause: those that the lexicon knows, else the clause in its words."""
    for clause in clauses(text):
        known = list(_known(clause, lexicon))
        yield from known
        words = content_words(clause.text, lexicon)
        if not known and len(words) >= _SHARED_WORDS:
            yield Act("", "", frozenset(), words, clause.text.strip())


def _known(clause: Clause, lexicon: Lexicon) -> Iterator[Act]:
    found = lexicon.mentions(clause.text, "acts", "things", "limits", "directions")
    directions = [m for m in found if m.group == "directions"]
    services = frozenset(m.name for m in lexicon.mentions(clause.text, "services", "parts"))
    words = content_words(clause.text, lexicon)
    for mention in found:
        if mention.group == "directions":
            continue
        # In Korean it follows (TTL 상향), in English it mostly comes before (raised the TTL).
        direction = mention.nearest(directions)
        if mention.group == "acts" or direction:
            yield Act(mention.name, direction.name if direction else "", services, words, clause.text.strip())


def same_act(one: Act, other: Act) -> bool:
    """Whether both tell one act: one name, no opposite direction, no other service; else like words."""
    if one.name or other.name:
        return (
            one.name == other.name
            and other.direction not in _OPPOSITE.get(one.direction, set())
            and (not one.services or not other.services or bool(one.services & other.services))
        )
    return len(one.words & other.words) >= _SHARED_WORDS and likeness(one.words, other.words) >= _ALIKE
