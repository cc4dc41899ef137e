"""The protocol through which the rest of Fireline reads metrics: embedded, or any Prometheus HTTP API."""

from collections.abc import Sequence
from typing import Protocol

from collector.labels import Labels
from collector.series import Sample, Series


class InstantQuerier(Protocol):
    """Reads metrics at a time, in Unix seconds. Raises ``collector.errors.QueryError``."""

    def instant(self, query: str, at: float) -> list[Sample]:
        """The vector (or the scalar, as one sample without labels) at ``at``."""
        ...


class Querier(InstantQuerier, Protocol):
    """Reads metrics. Times are Unix seconds. Calls block; an event loop calls them in a thread.

    Every method raises ``collector.errors.QueryError``: ``retryable`` is False for a query that is wrong.
    """

    def range(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]:
        """One series for each label set, with a value at each step that has one; both ends are included.

        There may be any number of steps: an engine with a limit is asked in parts.
        """
        ...

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        """Label sets of the series that match any of the selectors and have samples in the window."""
        ...
