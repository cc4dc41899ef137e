"""Are a document's generated lines all there, and where they were?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Places:
    """How many generated lines are missing, and how many stand elsewhere than they were made."""

    missing: int = 0
    moved: int = 0


IN_PLACE = Places()


def compare_places(generated: str, document: str) -> Places:
    """Blank lines are nothing. Lines in whose place others stand count as changed, not as missing."""
    made, found = _lines(generated), _lines(document)
    matcher = SequenceMatcher(None, made, found, autojunk=False)
    changed = [(made[a:b], found[c:d]) for what, a, b, c, d in matcher.get_opcodes() if what != "equal"]
    known = set(made)
    elsewhere = Counter(line for _, instead in changed for line in instead)
    missing = moved = 0
    for gone, instead in changed:
        moved_here = Counter(gone) & elsewhere
        elsewhere -= moved_here
        moved += moved_here.total()
        strangers = sum(line not in known for line in instead)
        missing += max(0, len(gone) - moved_here.total() - strangers)
    return Places(missing, moved)


def _lines(text: str) -> Sequence[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
