"""A stretch of history to run rules over, and the incidents that people know of in it."""

from dataclasses import dataclass

from collector.series import SampleSource


@dataclass(frozen=True)
class Incident:
    """Unix seconds. A page counts for it from its onset to its end.

    over_at: when it was over, where that is known: a case says only until when pages count.
    """

    title: str
    onset: float
    end: float
    over_at: float | None = None


@dataclass(frozen=True)
class Stretch:
    """Pages count from start to end; the samples begin at ``begin`` or later. All in Unix seconds.

    incidents: that begin in it. earlier: that began before; of those nobody knows when they paged.
    notes: what the reader should know of it.
    """

    name: str
    samples: SampleSource
    begin: float
    start: float
    end: float
    incidents: tuple[Incident, ...] = ()
    earlier: tuple[Incident, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return self.end - self.start
