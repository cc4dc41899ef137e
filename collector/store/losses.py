"""What a repair could not save, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

_NAMED = 3


class Losses:
    """Adds up records that are undecodable and stretches of the file that are unreadable."""

    def __init__(self) -> None:
        self._missing_pages = ""
        self._records: Counter[str] = Counter()
        self._stretches: Counter[str] = Counter()
        self._series: dict[str, None] = {}
        self._times_ms: list[int] = []

    def add_missing_pages(self, missing: int, pages: int) -> None:
        """Pages that the file lacks at its end; what was in them is added beside, as far as it is known."""
        self._missing_pages = f"the last {missing} of {pages} pages of the file"

    def add_record(self, table: str, record: Mapping[str, object], series: Iterable[str]) -> None:
        """series: labels of the series that the record held."""
        self._records[table] += 1
        self._series |= dict.fromkeys(series)
        self._add_times(record)

    def add_stretch(self, table: str, *beside: Mapping[str, object]) -> None:
        """beside: the records before and after it, as far as there are any."""
        self._stretches[table] += 1
        for record in beside:
            self._add_times(record)

    def _add_times(self, record: Mapping[str, object]) -> None:
        times = (record.get(name) for name in ("at_ms", "start_ms", "end_ms"))
        self._times_ms += [time for time in times if isinstance(time, int)]

    def __str__(self) -> str:
        parts = [self._missing_pages] if self._missing_pages else []
        parts += [f"{n} of {table}" for table, n in self._records.items()]
        parts += [
            f"{n} unreadable part{'' if n == 1 else 's'} of {table}" for table, n in self._stretches.items()
        ]
        said = ", ".join(parts) or "nothing"
        if self._series:
            named = "; ".join(list(self._series)[:_NAMED])
            more = len(self._series) - _NAMED
            said += f" ({{{named}}}" + (f" and {more} more series)" if more > 0 else ")")
        if self._times_ms:
            said += f", {span_of(min(self._times_ms), max(self._times_ms))}"
        return said


def span_of(start_ms: int, end_ms: int) -> str:
    """A time range in words."""
    return f"from {_shown(start_ms)} to {_shown(end_ms)}"


def _shown(at_ms: int) -> str:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"
