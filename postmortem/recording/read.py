"""Reads a recording from a server: every signal and SLI over a stretch of time, incident or none."""

import math

from collector.errors import QueryError
from collector.querier import Querier
from postmortem.answers import fetch_subjects, probe_interval
from postmortem.errors import EvidenceError
from postmortem.fetch import FirelineApi
from postmortem.queries import Window, choose_rate_window, signal_queries
from postmortem.recording.model import Recording, without_confessions
from postmortem.records import SignalMap, SloRecord


def read_recording(api: FirelineApi, querier: Querier, start: float, end: float) -> Recording:
    """What the server's signal map and objectives show from ``start`` to ``end``, Unix seconds.

    Raises:
        EvidenceError: for a server or metrics that cannot be read.
    """
    try:
        return record(api.slos(), api.signals(), querier, start, end)
    except QueryError as error:
        raise EvidenceError(f"{api.address}: expected answers to queries: {error}") from error


def record(
    slos: tuple[SloRecord, ...], signals: SignalMap, querier: Querier, start: float, end: float
) -> Recording:
    """The series at every scrape. Raises QueryError where metrics cannot be read."""
    interval = probe_interval(querier, start, end)
    rates = choose_rate_window(interval, interval)
    window = Window(math.floor(start), math.floor(end), interval, interval, rates)
    kept = without_confessions(signals)
    queries = signal_queries(slos, kept.signals, window.rate_window)
    series, subjects, unavailable = fetch_subjects(querier, queries, window)
    return Recording(
        start=window.start,
        end=window.end,
        step_seconds=interval,
        rate_window=window.rate_window,
        slos=slos,
        signals=kept,
        subjects=tuple(subjects),
        series={one.id: one for one in series},
        unavailable=unavailable,
    )
