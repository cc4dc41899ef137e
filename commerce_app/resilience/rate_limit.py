"""Whether one more request is within a rate: decisions on whole microseconds, which Redis takes alike."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum

from commerce_app.resilience.rate_profiles import RouteLimits, RouteRate, UserRate

MICROSECONDS = 1_000_000
USERS_LIMIT = 50_000


class Scope(StrEnum):
    ROUTE = "route"
    USER = "user"


@dataclass(frozen=True)
class Verdict:
    """``refused_by`` is None when the request is within all rates; then it has been counted."""

    refused_by: Scope | None = None
    wait_microseconds: int = 0


def spacing_microseconds(rate: RouteRate) -> int:
    """Between two requests of a route."""
    return max(1, math.floor(MICROSECONDS / rate.per_second))


def lead_microseconds(rate: RouteRate) -> int:
    """How far a burst may run ahead of the even spacing."""
    return spacing_microseconds(rate) * (rate.burst - 1)


def window_microseconds(rate: UserRate) -> int:
    """Any stretch of time that the user's count is for."""
    return round(rate.window_seconds * MICROSECONDS)


class LocalRates:
    """The rates of one process, for when nobody can say what the others let through.

    A route's is GCRA, the generic cell rate algorithm (ITU-T I.371): the time at which the next request
    would be due if they came evenly, which may lie ahead by as much as a burst. A user's is a log of his
    latest requests, exact for any window. Whoever has not come for longest is forgotten first.
    """

    def __init__(self, users_limit: int = USERS_LIMIT) -> None:
        self._users_limit = users_limit
        self._due: dict[str, int] = {}
        self._logs: OrderedDict[tuple[str, int], deque[int]] = OrderedDict()

    def admit(self, route: str, user_id: int | None, limits: RouteLimits, at: int) -> Verdict:
        """Count a request at ``at`` (microseconds) if it is within both rates, else in neither."""
        spacing = spacing_microseconds(limits.route)
        due = max(self._due.get(route, at), at)
        early = due - at - lead_microseconds(limits.route)
        if early > 0:
            return Verdict(Scope.ROUTE, early)
        if user_id is not None and limits.user is not None:
            wait = self._log(route, user_id, limits.user, at)
            if wait > 0:
                return Verdict(Scope.USER, wait)
        self._due[route] = due + spacing
        return Verdict()

    def _log(self, route: str, user_id: int, rate: UserRate, at: int) -> int:
        """Microseconds to wait, or 0 when it has been noted."""
        log = self._logs.setdefault((route, user_id), deque())
        self._logs.move_to_end((route, user_id))
        if len(self._logs) > self._users_limit:
            self._logs.popitem(last=False)
        window = window_microseconds(rate)
        while log and log[0] <= at - window:
            log.popleft()
        if len(log) >= rate.count:
            return log[len(log) - rate.count] + window - at
        log.append(at)
        return 0
