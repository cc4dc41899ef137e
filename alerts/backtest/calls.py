"""How often somebody is woken, and for what: pages that fire while another does are one call."""

import math
from collections.abc import Iterable

from alerts.backtest.stretch import Incident, Stretch

Span = tuple[float, float]
"""From when a page fires until when, in Unix seconds; infinite where it still does at the end."""


def calls(pages: Iterable[Span], stretch: Stretch) -> list[bool | None]:
    """Of each call whether it is true, as ``is_true`` has it of the first of its pages.

    What fires from before the start to the end is a call of its own that no other page joins: it would hide
    all of them.
    """
    pages = sorted(pages)
    always = [page for page in pages if page[0] < stretch.start and math.isinf(page[1])]
    found = [is_true(page, stretch) for page in always[:1]]
    until = -math.inf
    for page in (page for page in pages if page not in always):
        if page[0] > until:
            found.append(is_true(page, stretch))
        until = max(until, page[1])
    return found


def is_true(page: Span, stretch: Stretch) -> bool | None:
    """Whether a page begins in an incident.

    None for one that fires from before the stretch on and overlaps an incident: when it began, nobody
    knows, so that it is neither the incident's page nor for nothing.
    """
    if page[0] >= stretch.start:
        return incident_of(page[0], stretch) is not None
    known = (*stretch.earlier, *stretch.incidents)
    return None if any(one.onset <= page[1] and page[0] <= one.end for one in known) else False


def incident_of(fired_at: float, stretch: Stretch) -> Incident | None:
    """The incident within which a page began, the first of several."""
    return next((one for one in stretch.incidents if one.onset <= fired_at <= one.end), None)
