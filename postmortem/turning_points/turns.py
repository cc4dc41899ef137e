"""Where a series turns, as figures that can be made again from the stored samples.

A ``Turn`` is one change of level, for worse or better: a series has any number of them (``find_turns``).
A ``Shift`` is the one excursion of a series: from its usual level to its worst, and back (``find_shift``).

The shape of a turn, for timelines: ``turn.begins`` and ``turn.reached`` are times (equal for a step; the foot
and the top of a ramp), ``turn.before`` and ``turn.after`` medians of the levels beside it in the unit of the
signal, all four ``Fact``; ``turn.rises`` and ``turn.worsens`` (None where neither way is good) tell its way.
"""

from dataclasses import dataclass

from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.facts import TIME, Fact, measure
from postmortem.fits.levels import MOST_BASELINE
from postmortem.records import Good
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.changes import find_changes
from postmortem.turning_points.excursions import Excursion, SearchWindow, find_excursion, least_change

LEAST_HISTORY = 12  # samples before the incident: with fewer, finding nothing means nothing


@dataclass(frozen=True)
class Turn:
    """A change of level.

    number: counted from 1 in its series; its facts are ``SERIES.turn1.begins`` and so on.
    begins: the first sample of the change. reached: the first one at the new level.
    before, after: medians of up to 60 samples, since the turn before and until the next one.
    """

    subject: Subject
    number: int
    begins: Fact
    reached: Fact
    before: Fact
    after: Fact

    @property
    def rises(self) -> bool:
        return self.after.value > self.before.value

    @property
    def worsens(self) -> bool | None:
        """None where the signal is neither good nor bad when it rises."""
        good = self.subject.signal.good
        return None if good is Good.NONE else self.rises == (good is Good.DOWN)

    def facts(self) -> tuple[Fact, ...]:
        return (self.begins, self.reached, self.before, self.after)


@dataclass(frozen=True)
class Shift:
    """An excursion. ``eased``: back past halfway for good; ``recovered``: within a tenth of where it was."""

    subject: Subject
    rises: bool
    before: Fact
    onset: Fact
    peak: Fact
    peak_at: Fact
    eased: Fact | None
    recovered: Fact | None
    after: Fact | None

    def facts(self) -> tuple[Fact, ...]:
        every = (self.before, self.onset, self.peak, self.peak_at, self.eased, self.recovered, self.after)
        return tuple(fact for fact in every if fact is not None)


def find_turns(evidence: Evidence, subject: Subject) -> tuple[Turn, ...]:
    """Every turning point of the subject's series in the measured part of the window, in order."""
    series = evidence.series[subject.series]
    inside = (series.times >= evidence.analysis_start) & (series.times <= evidence.end)
    times = series.times[inside]
    changes = find_changes(times, series.values[inside], least_change(subject))
    starts = [0, *(change.reached for change in changes)]
    ends = [*(change.begins for change in changes[1:]), len(times)]

    def span(first: int, last: int) -> tuple[float, float]:
        return float(times[min(first, last)]), float(times[last])

    turns = []
    for number, (change, start, end) in enumerate(zip(changes, starts, ends, strict=False), 1):
        before = span(max(start, change.begins - MOST_BASELINE), change.begins - 1)
        after = span(change.reached, max(change.reached, min(end, change.reached + MOST_BASELINE) - 1))
        spans = _Spans(before, span(change.first, change.last), after)
        turns.append(_turn(subject, series, number, spans))
    return tuple(turns)


@dataclass(frozen=True)
class _Spans:
    """First and last moment of the level before, of the window that shows the change, of the level after."""

    before: tuple[float, float]
    window: tuple[float, float]
    after: tuple[float, float]


def _turn(subject: Subject, series: StoredSeries, number: int, spans: _Spans) -> Turn:
    name, unit = f"{subject.series}.turn{number}", subject.signal.unit
    begins = measure(f"{name}.begins", series, Cut(Reduction.CHANGE_BEGINS, *spans.window), TIME)
    reached = measure(f"{name}.reached", series, Cut(Reduction.CHANGE_REACHED, *spans.window), TIME)
    before = measure(f"{name}.before", series, Cut(Reduction.MEDIAN, *spans.before), unit)
    after = measure(f"{name}.after", series, Cut(Reduction.MEDIAN, *spans.after), unit)
    assert begins is not None
    assert reached is not None
    assert before is not None
    assert after is not None
    return Turn(subject, number, begins, reached, before, after)


def find_shifts(evidence: Evidence) -> tuple[Shift, ...]:
    """The shifts of all subjects, by onset."""
    found = [find_shift(evidence, subject) for subject in evidence.subjects]
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (s.onset.value, s.subject.series)))


def find_unjudged(evidence: Evidence, shifts: tuple[Shift, ...], began: float) -> tuple[Subject, ...]:
    """Subjects that did not turn, but whose history is too short to say so. began: when the incident did."""
    turned = {shift.subject.series for shift in shifts}

    def is_short(subject: Subject) -> bool:
        times = evidence.series[subject.series].times
        return int(((times >= evidence.analysis_start) & (times < began)).sum()) < LEAST_HISTORY

    return tuple(s for s in evidence.subjects if s.series not in turned and is_short(s))


def find_shift(evidence: Evidence, subject: Subject) -> Shift | None:
    """The subject's excursion, or None where nothing stands out of its own noise."""
    good = subject.signal.good
    ways = {Good.UP: (False,), Good.DOWN: (True,), Good.NONE: (True, False)}[good]
    series = evidence.series[subject.series]
    window = SearchWindow(
        start=evidence.analysis_start,
        end=evidence.end,
        calm_until=evidence.alarm_at,
        step_seconds=evidence.step_seconds,
        lookback_seconds=evidence.lookback_seconds,
    )
    found = [find_excursion(series, subject, window, rises=rises) for rises in ways]
    largest = max((e for e in found if e is not None), key=lambda e: e.size, default=None)
    return None if largest is None else _shift(evidence, subject, series, largest)


def _shift(evidence: Evidence, subject: Subject, series: StoredSeries, found: Excursion) -> Shift | None:
    name, unit, end = subject.series, subject.signal.unit, evidence.end

    def crossing(what: str, reduction: Reduction, share: float, start: float) -> Fact | None:
        return measure(f"{name}.{what}", series, Cut(reduction, start, end, found.threshold(share)), TIME)

    past, settled = (
        (Reduction.FIRST_ABOVE, Reduction.SETTLED_BELOW)
        if found.rises
        else (Reduction.FIRST_BELOW, Reduction.SETTLED_ABOVE)
    )
    before = measure(f"{name}.before", series, Cut(Reduction.MEDIAN, *found.baseline), unit)
    onset = crossing("onset", past, 0.5, found.start)
    if before is None or onset is None:
        return None
    eased = crossing("eased", settled, 0.5, onset.value)
    recovered = crossing("recovered", settled, found.settled_share, onset.value)
    worst = _worst(found, onset.value, eased.value if eased else end)
    peak = measure(f"{name}.peak", series, worst[0], unit)
    peak_at = measure(f"{name}.peak_at", series, worst[1], TIME)
    assert peak is not None
    assert peak_at is not None
    back = recovered or eased
    after = back and measure(f"{name}.after", series, Cut(Reduction.MEDIAN, back.value, end), unit)
    return Shift(subject, found.rises, before, onset, peak, peak_at, eased, recovered, after)


def _worst(found: Excursion, start: float, end: float) -> tuple[Cut, Cut]:
    if found.rises:
        return Cut(Reduction.HIGHEST, start, end), Cut(Reduction.TIME_OF_HIGHEST, start, end)
    return Cut(Reduction.LOWEST, start, end), Cut(Reduction.TIME_OF_LOWEST, start, end)
