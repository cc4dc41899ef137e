"""What rules read that cases do not hold, in words."""

from collections.abc import Iterator, Sequence

from alerts.ci.compare import Compared

_MOST_LINES, _MOST_NAMES = 8, 5


def unheld_lines(outcomes: Sequence[Compared]) -> Iterator[str]:
    """A line for each selector that some alerts read and some cases do not hold, and what to do."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for one in outcomes:
        for unheld in one.verdict.unheld:
            for read in unheld.reads:
                alerts, cases = found.setdefault(read, ({}, {}))
                alerts[unheld.alert] = cases[one.case] = None
    for read, (alerts, cases) in list(found.items())[:_MOST_LINES]:
        yield f"not judged by {_some(cases)}: {_some(alerts)}, which reads {read}"
    if len(found) > _MOST_LINES:
        yield f"… and {len(found) - _MOST_LINES} more selectors: --format json has all"
    if found:
        yield (
            "A case judges no alert that reads what it was not frozen with: freeze it again, with these "
            "rules; or add to `selectors` of its case.yml what had no series then"
        )


def _some(names: dict[str, None]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(list(names)[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
