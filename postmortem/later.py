"""Objectives after the first day of a long incident, in wider steps: where its impact ends."""

from collections.abc import Sequence
from dataclasses import replace

from postmortem.evidence import Evidence, StoredSeries
from postmortem.facts import TIME, measure
from postmortem.impact.missed import Bound, Stretch, find_stretches
from postmortem.reductions import Cut, Reduction

LATER = "later:"  # before the id of the series that it goes on from


def later_series(evidence: Evidence) -> tuple[StoredSeries, ...]:
    """Those that go on after the window, all of the same window and step; none of an incident of a day."""
    return tuple(each for each in evidence.series.values() if each.id.startswith(LATER))


def go_on(evidence: Evidence, bound: Bound, stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The stretches of a series with what is known of later, where the record goes on.

    One without an end has that of the later stretch that it goes on in, or ends with the first later sample
    within the bound; the others were seen for longer.
    """
    later = evidence.series.get(f"{LATER}{bound.subject.series}")
    if later is None or not len(later.times):
        return tuple(stretches)
    seen_until = float(later.times[-1])
    after = [replace(each, subject=bound.subject) for each in _missed_later(evidence, bound, later)]
    ended = [replace(each, seen_until=seen_until) for each in stretches if each.ends is not None]
    lasting = next((each for each in stretches if each.ends is None), None)
    if lasting is None:
        return (*ended, *after)
    goes_on = after[:1] if after and after[0].begins.value == later.times[0] else []
    if goes_on:
        whole = replace(lasting, ends=goes_on[0].ends, seen_until=seen_until)
    else:
        cut = Cut(Reduction.FIRST_BELOW, later.start, later.end, bound.at(later.start))
        ends = measure(f"{later.id}.kept", later, cut, TIME)
        whole = replace(lasting, ends=ends, seen_until=seen_until)
    return (*ended, whole, *after[len(goes_on) :])


def _missed_later(evidence: Evidence, bound: Bound, later: StoredSeries) -> tuple[Stretch, ...]:
    """As in a record of its own: each step is judged, however few of them an impact has."""
    record = replace(evidence, start=later.start, end=later.end, synthetic_until=None)
    return find_stretches(record, replace(bound, subject=replace(bound.subject, series=later.id)))
