"""Whether an act went as its scenario said: a finding for each thing said, none taken on trust."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from commerce_app.drill.act import ActRecord
from commerce_app.drill.display import figure
from commerce_app.drill.document import chain_order, read_document
from commerce_app.drill.expectations import Bound, Expectation
from commerce_app.drill.measure import SloResult, courses
from commerce_app.drill.onsets import Moments, Points, course
from commerce_app.drill.series import MEASURED

RATIOS = {"hit_rate", "replica_cpu", "order_errors", "wallet_errors", "coupon_errors"}
# How what was wanted of an objective begins.
KEPT, LOST = "kept", "lost"
_SECONDS = {each.name for each in MEASURED} - RATIOS


@dataclass(frozen=True)
class Finding:
    """One thing that was said beforehand, and what was measured."""

    what: str
    wanted: str
    measured: str
    agrees: bool


@dataclass(frozen=True)
class Ledger:
    """What `fireline shop verify` said after the act: violations by invariant, or why it could not count."""

    violations: Mapping[str, int]
    why: str = ""


def judge_act(
    expected: Expectation, record: ActRecord, ledger: Ledger, *, tie_seconds: float
) -> tuple[Finding, ...]:
    """Everything that the scenario says of this act, that its faults healed, and that the books are right.

    tie_seconds: onsets so near each other count as tied.
    """
    return (
        *_slos(expected, record.slos),
        *(_bound(bound, record) for bound in expected.bounds),
        *_ordered(expected, record, tie_seconds),
        *_served(expected, record),
        *_paged(expected, record),
        *_healed(record),
        *_books(ledger),
    )


def begun_alike(unprotected: ActRecord, protected: ActRecord) -> Finding:
    """Whether the protected act found the same stock, coupons and orders as the unprotected one did."""
    wanted, measured = _counted(unprotected.opening), _counted(protected.opening)
    return Finding(
        "opening books", f"as unprotected: {wanted}", measured, bool(wanted) and wanted == measured
    )


def _counted(opening: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in opening.items())


def _slos(expected: Expectation, slos: Iterable[SloResult]) -> Iterable[Finding]:
    found = {slo.name: slo for slo in slos}
    if expected.lost == "none":
        if not found:
            yield Finding("objectives", "at least one, kept", "there are none", False)
        for name, slo in found.items():
            yield Finding(name, f"{KEPT}: at most {_share(1 - slo.objective)} bad", _bad(slo), slo.kept)
        return
    for name in expected.lost:
        lost = found.get(name)
        if lost is None:
            yield Finding(name, "an objective of the drill", f"there are {', '.join(found) or 'none'}", False)
        else:
            agrees = lost.error_ratio is not None and not lost.kept
            yield Finding(name, f"{LOST}: over {_share(1 - lost.objective)} bad", _bad(lost), agrees)


def _bad(slo: SloResult) -> str:
    return "no events" if slo.error_ratio is None else f"{_share(slo.error_ratio)} bad"


def _bound(bound: Bound, record: ActRecord) -> Finding:
    value = bounded_value(bound, record)
    spell = _speller(bound.figure)
    sides = [
        *([f"at least {spell(bound.at_least)}"] if bound.at_least is not None else []),
        *([f"at most {spell(bound.at_most)}"] if bound.at_most is not None else []),
    ]
    measured = "not measured" if value is None else spell(value)
    return Finding(f"{bound.figure} ({bound.during})", " and ".join(sides), measured, bound.holds(value))


def bounded_value(bound: Bound, record: ActRecord) -> float | None:
    """The figure that a bound is about: before, the median as in the closing table; else the worst sample.

    None where nothing was measured.
    """
    series = bound.measured
    if series is None:
        return record.load.figure(bound.figure)
    points = record.series[series.name]
    if bound.during == "before":
        return course(points, record.moments, rises=series.rises).before
    start, end = stretch(bound.during, record.moments, record.started_at)
    return worst(points, start, end, rises=series.rises)


def stretch(during: str, moments: Moments, started_at: float) -> tuple[float, float]:
    """Begin and end of a stretch, in Unix seconds: an act's from where its normal traffic is measured."""
    return {
        "fault": (moments.fault_at, moments.hurt_end),
        "after": (moments.after_start, moments.end),
        "act": (max(started_at, moments.normal_start), moments.end),
    }[during]


def worst(points: Points, start: float, end: float, *, rises: bool) -> float | None:
    """The worst sample of a stretch; None where it has none."""
    values = [value for at, value in points if start <= at <= end and not math.isnan(value)]
    return (max if rises else min)(values, default=None)


def _ordered(expected: Expectation, record: ActRecord, tie_seconds: float) -> Iterable[Finding]:
    if not expected.document_order:
        return
    document = read_document().only(record.series)
    onsets = {name: each.onset for name, each in courses(record.series, record.moments).items()}
    came = ", ".join(
        f"{name} {'never' if (at := onsets[name]) is None else f'{at - record.fault_at:.0f} s'}"
        for line in document.order
        for name in line
    )
    agrees = bool(chain_order(document, onsets, tie_seconds)["agrees"])
    yield Finding("order of onsets", document.spell_order(), came, agrees)


def _served(expected: Expectation, record: ActRecord) -> Iterable[Finding]:
    load = record.load
    for what, share, least in (
        ("orders placed", load.orders_placed_ratio, expected.served_at_least),
        ("pages served", load.pages_served_ratio, expected.pages_served_at_least),
    ):
        if least is not None:
            yield Finding(what, f"at least {_share(least)}", _share(share), share >= least)


def _paged(expected: Expectation, record: ActRecord) -> Iterable[Finding]:
    if expected.paged is None:
        return
    seconds = record.page_seconds
    measured = "nobody" if seconds is None else f"{seconds:.0f} s after the fault"
    wanted = "somebody" if expected.paged else "nobody"
    yield Finding("paged", wanted, measured, (seconds is not None) == expected.paged)


def _healed(record: ActRecord) -> Iterable[Finding]:
    if record.unhealed:
        yield Finding("faults", "healed in their time", "; ".join(record.unhealed), False)


def _books(ledger: Ledger) -> Iterable[Finding]:
    broken = {name: count for name, count in ledger.violations.items() if count}
    kept = "kept" if ledger.violations else f"not counted: {ledger.why}"
    measured = ", ".join(f"{name}: {count}" for name, count in broken.items()) or kept
    wanted = f"{len(ledger.violations)} kept"
    yield Finding("invariants", wanted, measured, bool(ledger.violations) and not broken)


def _speller(name: str) -> Callable[[float], str]:
    if name in RATIOS:
        return _share
    return (lambda value: figure(value, "seconds")) if name in _SECONDS else (lambda value: f"{value:g}")


def _share(value: float) -> str:
    return f"{100 * value:.2f}%"
