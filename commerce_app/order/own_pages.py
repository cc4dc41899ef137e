"""Which page of a user's orders holds what he wrote last: one a user, whatever times he brings along."""

from collections import OrderedDict
from dataclasses import dataclass

USERS_LIMIT = 50_000


@dataclass(frozen=True)
class OwnPage:
    """``wrote_at``: Unix seconds; what was written until then is in the page of that key."""

    wrote_at: float
    key: str


class OwnPages:
    """Of this process; who has stayed away longest is forgotten first, and his page ends with its TTL."""

    def __init__(self, users_limit: int = USERS_LIMIT) -> None:
        self._users_limit = users_limit
        self._pages: OrderedDict[int, OwnPage] = OrderedDict()

    def latest(self, user_id: int, wrote_at: float, at: float) -> float:
        """The page to ask for: that of a later write holds the earlier one too.

        What is later than ``at`` was noted before the clock was set back.
        """
        known = self._pages.get(user_id)
        return wrote_at if known is None or known.wrote_at > at else max(wrote_at, known.wrote_at)

    def put(self, user_id: int, page: OwnPage) -> str | None:
        """The key of the page that this one replaces, if it is another."""
        before = self._pages.pop(user_id, None)
        self._pages[user_id] = page
        if len(self._pages) > self._users_limit:
            self._pages.popitem(last=False)
        return None if before is None or before.key == page.key else before.key
