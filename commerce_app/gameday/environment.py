"""Which stacks may be broken on purpose: those that were declared non-production, by name."""

import re
from collections.abc import Collection

from commerce_app.drill.errors import ScheduleError

VARIABLE = "FIRELINE_NON_PRODUCTION"
PRODUCTION = frozenset({"production", "prod", "prd", "live"})
# Before such a word it is another stack: non-production, pre-prod.
OTHERWISE = frozenset({"non", "not", "pre"})


def names_production(environment: str) -> bool:
    """Whether a word of the name says so: ``production``, ``prod-eu``; not ``pre-prod``."""
    words = re.split(r"[\W_]+", environment.casefold())
    return any(
        word in PRODUCTION and before not in OTHERWISE
        for before, word in zip(["", *words], words, strict=False)
    )


def require_non_production(place: str, environment: str, declared: Collection[str]) -> None:
    """Refuse what was not declared, and production however it was declared.

    Raises:
        ScheduleError: naming ``place`` and what was expected.
    """
    if names_production(environment):
        raise ScheduleError(f"{place}: expected a stack that is not production, got {environment}")
    if wrong := sorted(name for name in declared if names_production(name)):
        raise ScheduleError(f"{VARIABLE}: expected names of stacks that are not production, got {wrong[0]}")
    if not declared:
        raise ScheduleError(
            f"{place}: expected {environment} to be declared non-production on this machine:"
            f" --non-production {environment}, or {VARIABLE}={environment}"
        )
    if environment not in declared:
        known = ", ".join(sorted(declared))
        raise ScheduleError(f"{place}: expected one declared non-production ({known}), got {environment}")
