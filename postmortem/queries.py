"""Which queries a report asks, over which window: decisions only, nothing is fetched here."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from alerts.charts.model import Language, Unit
from collector.durations import format_duration, parse_duration
from postmortem.evidence import SYNTHETIC_ORIGIN, Evidence, Subject
from postmortem.impact.concern import concerned, concerned_slos, felt_subjects
from postmortem.impact.span import Span
from postmortem.later import LATER
from postmortem.records import Good, Incident, Signal, SignalMap, SloRecord, slos_by_key

WINDOW = "$window"
FALLBACK_INTERVAL_SECONDS = 15.0
PROBE_MINUTES = (1, 10)
_TELLING_SAMPLES = 3  # two samples in a minute may be 30 or 59 s apart, and one any time
SYNTHETIC_PROBE = f'{{origin="{SYNTHETIC_ORIGIN}"}}'
_INCREASE = re.compile(
    r"""increase\(\s*(?P<counter>[\w:]*\s*(?:\{(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'}])*\})?)\s*\[\$window\]\s*\)"""
)
LONGEST_SECONDS = 86_400.0
_MOST_POINTS = 1500


@dataclass(frozen=True)
class Window:
    """The time a report looks at, in steps; ``rate_window`` replaces ``$window`` in signals."""

    start: float
    end: float
    step_seconds: float
    interval_seconds: float
    rate_window: str


@dataclass(frozen=True)
class RangeQuery:
    id: str
    query: str
    subject: Subject


@dataclass(frozen=True)
class InstantQuery:
    id: str
    query: str
    at: float


def choose_window(incident: Incident, interval_seconds: float, at: float) -> Window:
    """120 scrapes before the first alert (4 min to 1 h) to twenty after the end, a day at most.

    Long windows take wider steps; rates are over three scrapes, at least 10 s, and no shorter than a step.
    """
    start = math.floor(incident.started_at - history_seconds(interval_seconds))
    end = min(_whole_end(incident, interval_seconds, at), start + LONGEST_SECONDS)
    return _window(start, end, interval_seconds)


def choose_later(evidence: Evidence) -> Window | None:
    """From the window's end to that of the incident, however long it lasts; None of one in the window."""
    if not evidence.is_cut:
        return None
    end = _whole_end(evidence.incident, evidence.interval_seconds, evidence.fetched_at)
    return _window(evidence.end, end, evidence.interval_seconds)


def _whole_end(incident: Incident, interval_seconds: float, at: float) -> int:
    """Twenty scrapes after the incident, a minute at least; now, while it lasts."""
    resolved = incident.resolved_at
    return math.floor(at if resolved is None else min(at, resolved + max(20 * interval_seconds, 60.0)))


def history_seconds(interval_seconds: float) -> float:
    """How much there is before an outage: 120 scrapes, 4 min to 1 h."""
    return min(max(120 * interval_seconds, 240.0), 3600.0)


def widen(window: Window, start: float) -> Window:
    """The window from this moment on, where it was to begin later; a day at most."""
    earliest = max(math.floor(start), window.end - LONGEST_SECONDS)
    return _window(min(window.start, earliest), window.end, window.interval_seconds)


def _window(start: float, end: float, interval_seconds: float) -> Window:
    step = interval_seconds * max(1, math.ceil((end - start) / interval_seconds / _MOST_POINTS))
    return Window(
        float(start), float(end), step, interval_seconds, choose_rate_window(interval_seconds, step)
    )


def choose_rate_window(interval_seconds: float, step_seconds: float) -> str:
    """Three scrapes, at least 10 s, and no shorter than a step."""
    return format_duration(max(math.ceil(3 * interval_seconds), 10, math.ceil(step_seconds)))


def interval_probe(selector: str, minutes: int) -> str:
    """How many samples the one of these series that has most has in so many minutes."""
    return f"max(count_over_time({selector}[{minutes}m]))"


def counters_of(slos: Iterable[SloRecord]) -> tuple[str, ...]:
    """Selectors of what objectives count, each once; none of one that counts no increases."""
    found = (_INCREASE.search(slo.total) for slo in slos)
    return tuple(dict.fromkeys(match["counter"].strip() for match in found if match is not None))


def is_telling(samples: float | None) -> bool:
    """Whether so many tell the interval; a longer probe is for slow scrapes only, as new targets skew it."""
    return samples is not None and samples >= _TELLING_SAMPLES


def interval_from(samples: float | None, minutes: int) -> float:
    """The scrape interval, from how many samples a target has in so many minutes."""
    if not samples or not math.isfinite(samples):
        return FALLBACK_INTERVAL_SECONDS
    return max(1.0, float(round(60 * minutes / samples)))


def subject_queries(
    incident: Incident, slos: tuple[SloRecord, ...], signals: SignalMap, rate_window: str
) -> list[RangeQuery]:
    """The error ratio of each objective, and the signals of the services concerned; all where none has any.

    An objective of another service is asked for, too: that it was missed at the same time is worth telling.
    """
    services = concerned(incident, slos, signals)
    related = tuple(s for s in signals.signals if s.service in services)
    return signal_queries(slos, related or signals.signals, rate_window)


def signal_queries(
    slos: tuple[SloRecord, ...], signals: tuple[Signal, ...], rate_window: str
) -> list[RangeQuery]:
    """The error ratio of each objective, and each signal."""
    queries = []
    for key, slo in slos_by_key(slos).items():
        name, signal = f"slo:{key}:error_ratio", error_ratio_signal(slo, rate_window)
        queries.append(RangeQuery(name, signal.query, Subject(name, signal, slo)))
    for signal in signals:
        name = f"signal:{signal.name}"
        queries.append(RangeQuery(name, signal_query(signal, rate_window), Subject(name, signal)))
    return queries


def later_queries(evidence: Evidence, window: Window) -> list[RangeQuery]:
    """Those of the objectives that the impact may be of, over the later window."""
    felt = [subject.slo for subject in felt_subjects(evidence)]
    queries = signal_queries(evidence.slos, (), window.rate_window)
    return [replace(query, id=f"{LATER}{query.id}") for query in queries if query.subject.slo in felt]


def signal_query(signal: Signal, rate_window: str) -> str:
    """What a server is asked for the signal."""
    return signal.query.replace(WINDOW, rate_window)


def count_queries(evidence: Evidence, span: Span) -> list[InstantQuery]:
    """Bad and total events of each objective that is concerned, over the impact and over its whole period.

    Bad ones count from one look-back before the start, as these made its first sample bad; all count from the
    start, for most of that time was before the outage. ``led`` counts all from where bad ones do.
    What counts no events is averaged over the impact alone.
    """
    end = span.ends_at(evidence)
    queries = []
    for slo in concerned_slos(evidence):
        key = evidence.slo_key(slo)
        start = span.start.value - evidence.lookback_of(slo)
        led = format_duration(max(1, round(end - start)))
        before = format_duration(max(60, round(start - evidence.start)))
        alone = format_duration(max(1, round(end - span.start.value)))
        period = format_duration(slo.counted_seconds(end))
        bad = {"impact": led if slo.counts_events else alone, "period": period}
        total = {"impact": alone, "period": period, **({"led": led} if slo.counts_events else {})}
        for what, template, windows in (("bad", slo.bad, bad), ("total", slo.total, total)):
            for when, window in windows.items():
                query = template.replace(WINDOW, window)
                asked = f"clamp_min({query}, 0)" if what == "bad" else query
                queries.append(InstantQuery(f"slo:{key}:{what}:{when}", asked, end))
            if slo.counts_events and _INCREASE.search(template):
                name = f"slo:{key}:{what}:born"
                queries.append(InstantQuery(name, born_query(template, led, before), end))
    return queries


def born_query(template: str, window: str, before: str) -> str:
    """What ``increase`` misses of the counters that appeared within the window: what they began with.

    It is their last value less their increase, as that stretches the growth towards the birth. Only targets
    that were scraped before the window take part: the counters of others may hold years. The zeros keep sums
    and differences of the template whole.
    """

    def first_values(found: re.Match[str]) -> str:
        counter = found["counter"]
        last = f"last_over_time({counter}[{window}])"
        missed = f"{last} - (increase({counter}[{window}]) or 0 * {last})"
        older = f"max_over_time({counter}[{before}] offset {window}) or resets({counter}[{window}]) > 0"
        born = f"({missed}) unless ({older})"
        known = f"max_over_time(up[{before}] offset {window})"
        return f"((({born}) and on (job, instance) {known}) or 0 * max_over_time({counter}[{window}]))"

    return _INCREASE.sub(first_values, template).replace(WINDOW, window)


def synthetic_query(step_seconds: float) -> str:
    """Has a value at each step in which made-up samples lie; no look-back carries them further."""
    return f"count(last_over_time({SYNTHETIC_PROBE}[{format_duration(step_seconds)}]))"


def ratio_window(slo: SloRecord, rate_window: str) -> str:
    """How far back each sample of its error ratio looks: a rate's window, or a slice where that is longer."""
    slice_seconds = slo.slice_seconds or 0.0
    return rate_window if slice_seconds <= parse_duration(rate_window) else format_duration(slice_seconds)


def counts_increases(slo: SloRecord) -> bool:
    """Whether its total is a number of events, and not an average or a number of slices."""
    return slo.counts_events and slo.slice_seconds is None and _INCREASE.search(slo.total) is not None


def error_ratio_signal(slo: SloRecord, rate_window: str) -> Signal:
    """The share of bad events of an objective, over slices where it counts those.

    Never below 0, as in our rules: where good and all events are counters of their own, and not parts of one
    histogram, a scrape may find good ones that it does not yet find among all.
    """
    window = ratio_window(slo, rate_window)
    bad, total = (query.replace(WINDOW, window) for query in (slo.bad, slo.total))
    return Signal(
        name=slo.name,
        role="sli",
        service=slo.service,
        unit=Unit.RATIO,
        query=f"clamp_min({bad}, 0) / ({total})",
        good=Good.DOWN,
        title={language: slo.titled(language) for language in Language},
    )
