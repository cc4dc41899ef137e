"""Which errors of a loop are logged: each distinct one at once, and while it lasts once a minute."""

from dataclasses import dataclass, field

AGAIN_SECONDS = 60.0
MOST_KNOWN = 100


@dataclass
class _Complaint:
    logged_at: float
    unlogged: int = 0


@dataclass
class Complaints:
    _known: dict[str, _Complaint] = field(default_factory=dict)

    def count(self, text: str, at: float) -> int:
        """How often this error came since it was last logged, with this time; 0 for not to be logged now."""
        known = self._known.get(text)
        if known is not None and 0 <= at - known.logged_at < AGAIN_SECONDS:
            known.unlogged += 1
            return 0
        self._known.pop(text, None)
        self._known[text] = _Complaint(at)
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return 1 + (known.unlogged if known else 0)
