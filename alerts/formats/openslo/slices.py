"""OpenSLO's time slices: each is good or bad by the ratio of its own events, and all weigh the same."""

from dataclasses import replace

from alerts.errors import SpecError
from alerts.expressions import number
from alerts.formats.openslo.indicators import EVALUATION_SECONDS
from alerts.formats.openslo.kinds import Objective
from alerts.slo import WINDOW, Sli, bad_remaining
from collector.durations import format_duration

_ROUNDING = 1e-9  # of the quotient of two increases that were stretched alike
LONGEST_WITH_HANGS_SECONDS = 300.0  # beyond, five minutes may hold no slice, which is no hang


def in_slices(sli: Sli, slice_seconds: float, target: float) -> Sli:
    """The same indicator counted in slices: bad are those whose good ratio is below the target.

    Slices lie one after another on multiples of their length since the epoch. A slice without events is
    neither good nor bad, nor is one whose bad events cannot be counted; a window in which no slice ends has
    none, and that is 0, not absence.
    """
    span = format_duration(slice_seconds)
    if sli.good is not None:  # of a slice of failures alone it does not matter how many they are
        sli = replace(sli, bad=bad_remaining(sli.good, sli.total, fewest=0), good=None)
    bad, total = f"({sli.bad_over(span)})", f"({sli.total_over(span)})"
    limit = number((1 - target) + _ROUNDING)
    share = f"{bad} / ({total} > 0)"
    return replace(
        sli,
        bad=f"sum(sum_over_time(({share} > bool {limit})[{WINDOW}:{span}]) or {bad} * 0)",
        total=f"sum(count_over_time(({share})[{WINDOW}:{span}]) or {total} * 0)",
        counts_events=True,
        slice_seconds=slice_seconds,
        slice_bad_ratio=round(1 - target, 12),
    )


def budgeted(sli: Sli, method: str, objective: Objective, period_seconds: float, place: str) -> Sli:
    """The indicator as an SLO's ``budgetingMethod`` counts it. place: of the objective.

    Raises:
        SpecError: for the keys of time slices without the method, or the method without them.
    """
    target, seconds = objective.time_slice_target, objective.time_slice_window
    if method != "Timeslices":
        if target is not None or seconds is not None:
            raise SpecError(
                f"{place}: expected timeSliceTarget and timeSliceWindow with budgetingMethod: Timeslices only"
            )
        return sli
    if target is None or seconds is None:
        raise SpecError(f"{place}: expected timeSliceTarget and timeSliceWindow beside Timeslices")
    if not EVALUATION_SECONDS <= seconds < period_seconds:
        raise SpecError(f"{place}.timeSliceWindow: expected a minute at least, and less than the period")
    if sli.in_flight is not None and seconds > LONGEST_WITH_HANGS_SECONDS:
        raise SpecError(f"{place}.timeSliceWindow: expected 5m at most, since fireline/in-flight tells hangs")
    return in_slices(sli, seconds, target)
