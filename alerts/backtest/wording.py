"""Figures and definitions of a backtest in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from collector.durations import format_duration

NOTHING = "—"

DEFINITIONS = {
    "page": "an alert that wakes somebody begins to fire (--page says which do); what fires while another "
    "page does is one page with it, whatever tier or SLO it is of. The table of alerts counts each by itself",
    "recall": "incidents in which a page begins to fire, from the onset to the end ÷ all incidents",
    "precision": "pages that begin within an incident ÷ those and the false ones",
    "false pages": "those that begin in no incident. What fires from before the start on is one, too, unless "
    "it overlaps an incident: then it counts as nothing, as nobody knows what it was for",
    "time to page": "from the onset to the first page, over the incidents found",
    "reset after end": "from the end of the incident until none of its pages fires any more; below 0: before "
    "the end. Cases do not say when their incident was over",
    "budget spent": "of the SLO that had spent most: bad events from the onset to the first page ÷ "
    "(error budget × events of its period); a shorter history stands for the period at its rate of events",
}


def counted(number: int, noun: str) -> str:
    """``1 page``, ``2 pages``."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def span(seconds: float | None) -> str:
    """A duration of at most two units: nobody needs the seconds of days."""
    if seconds is None:
        return NOTHING
    if seconds < 0:
        return f"-{span(-seconds)}"
    unit = 60.0 if seconds >= 3600 else 1.0
    return format_duration(round(seconds / unit) * unit)


def share(value: float | None) -> str:
    """A ratio as per cent, to two figures that say something."""
    if value is None:
        return NOTHING
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.2g} %"


@dataclass(frozen=True)
class Moments:
    """Times in a zone, with as much of the date as tells those between start and end apart."""

    zone: ZoneInfo
    start: float
    end: float

    def full(self, at: float) -> str:
        """``2025-09-03 10:06:30``."""
        return self._spelled(at, "%Y-%m-%d %H:%M:%S")

    def short(self, at: float | None, missing: str = "not yet") -> str:
        """``10:06:30`` within a day, ``09-03 10:06:30`` within a year."""
        if at is None:
            return missing
        for pattern, rest in (("%Y-%m-%d", "%H:%M:%S"), ("%Y", "%m-%d %H:%M:%S")):
            if self._spelled(self.start, pattern) == self._spelled(self.end, pattern):
                return self._spelled(at, rest)
        return self.full(at)

    def _spelled(self, at: float, pattern: str) -> str:
        return datetime.fromtimestamp(at, self.zone).strftime(pattern)


def median_and_worst(pair: tuple[float, float] | None, *, of_budget: bool = False) -> str:
    """``median 2m, worst 5m``."""
    if pair is None:
        return NOTHING
    spelled = share if of_budget else span
    return f"median {spelled(pair[0])}, worst {spelled(pair[1])}"
