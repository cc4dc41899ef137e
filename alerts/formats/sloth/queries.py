"""Sloth's queries as bad and total events, with the ratio of both as it was.

Where both are sums of rates and nothing else, both are made sums of increases and the ratio stays. Others
are left, and then only their ratio means something.
"""

import re
from dataclasses import dataclass

import promql_parser

from alerts.errors import SpecError
from alerts.formats.counts import STAND_IN, as_increase, counts_of, tree_of
from alerts.formats.sloth.kinds import EventsSpec, RawSpec
from alerts.queries import checked_query, one_series, parsed
from alerts.query_groups import refuse_groups
from alerts.query_parts import bare, difference, not_below_zero, summed
from alerts.slo import WINDOW, Sli, SliKind, bad_beyond, bad_counted, bad_remaining
from collector.redaction import shortened

_TEMPLATE = re.compile(r"\{\{-?\s*\.window\s*-?\}\}")
_NO_STEP = re.compile(r"\[\$window\s*:\s*\]")
_DEFAULT_STEP = f"[{WINDOW}:1m]"  # Prometheus' default; a server, or a test of rules, may have another
_OR_ZERO = re.compile(r"\s+or\s+(on\s*\(\s*\)\s*)?vector\s*\(\s*0\s*\)$", re.IGNORECASE)
_VECTOR = re.compile(r"\bvector\s*\(")
_BUCKET = re.compile(r'_bucket\{.*\ble=~?"([0-9.]+)["|]')


@dataclass(frozen=True)
class Keys:
    """Where the queries of an SLI stand: the document, and the names of their keys."""

    place: str
    error: str
    total: str = ""


def events_sli(events: EventsSpec, keys: Keys) -> Sli:
    """Raises ``SpecError`` for a query that is no PromQL, or has no ``{{.window}}``."""
    error = _windowed(keys.place, keys.error, events.error_query)
    total = _windowed(keys.place, keys.total, events.total_query)
    refuse_groups(keys.place, {keys.error: error, keys.total: total})
    error = _unclamped(error)
    counts = counts_of([tree_of(error), tree_of(total)])
    if counts == {"rate"}:
        error, total = as_increase(error), as_increase(total)
    error, total = _OR_ZERO.sub("", error), _without_zero(total)  # ours say where there is nothing to count
    error, total = _one_series(keys.place, keys.error, error), _one_series(keys.place, keys.total, total)
    good = _subtracted(keys, error, total)
    if good is None or counts is None:
        bad = bad_counted(error, total)
        if _VECTOR.search(error):
            bad = f"({bad}) and {total}"  # where nothing is counted, nothing is bad either
        return Sli(SliKind.AVAILABILITY, bad, total, counts_events=counts is not None)
    bound = _BUCKET.search(good)
    if bound is None:
        return Sli(SliKind.AVAILABILITY, bad_remaining(good, total), total)
    return Sli(
        SliKind.LATENCY, bad_beyond(good, total), total, threshold_seconds=float(bound[1]), bucket=good
    )


def raw_sli(raw: RawSpec, keys: Keys) -> Sli:
    """A ready-made ratio; the average of several series, and nothing where it is no number."""
    query = _windowed(keys.place, keys.error, raw.error_ratio_query)
    checked_query(keys.place, keys.error, f"({query}) >= -Inf", windowed=False)
    refuse_groups(keys.place, {keys.error: query})
    ratio, known = f"avg({query}) >= -Inf", f"count({query}) * 0"
    return Sli(
        SliKind.AVAILABILITY,
        f"sum(({ratio}) or {known})",
        f"sum(({ratio}) * 0 + 1 or {known})",
        counts_events=False,
        is_raw=True,
    )


def _windowed(place: str, key: str, query: str) -> str:
    """With ``$window``, which may also be a part of a metric's name, as in ``job:errors:ratio_rate5m``."""
    told = _TEMPLATE.sub(WINDOW, query)
    if told == query:
        raise SpecError(f"{place}: {key}: expected a query with {{{{.window}}}}, found {shortened(query)}")
    return checked_query(place, key, _NO_STEP.sub(lambda _: _DEFAULT_STEP, told), windowed=False)


def _unclamped(error: str) -> str:
    """Without the ``clamp_min`` around a difference of sums: ours never fall below 0."""
    text = bare(error.replace(WINDOW, STAND_IN))
    inner = not_below_zero(text)
    parts = None if inner is None else difference(bare(inner))
    if inner is None or parts is None or not all(_is_sum(bare(part)) for part in parts):
        return error
    return inner.replace(STAND_IN, WINDOW)


def _without_zero(query: str) -> str:
    """Without ``or vector(0)`` at its end, nor at that of what it is the sum of: absent, it is no traffic."""
    query = _OR_ZERO.sub("", query)
    for start in ("(", "sum("):
        inner = query[len(start) : -1]
        if query.startswith(start) and query.endswith(")") and tree_of(inner) is not None:
            return f"{start}{_without_zero(inner)})"
    return query


def _one_series(place: str, key: str, query: str) -> str:
    if f"[{WINDOW}]" in query or f"[{WINDOW}:" in query:
        return one_series(place, key, query)
    return f"sum({query})"


def _subtracted(keys: Keys, error: str, total: str) -> str | None:
    """What is good, where the errors are what remains of all events without it."""
    parsed(keys.place, keys.error, error)  # within what parsers survive
    text = bare(error.replace(WINDOW, STAND_IN))
    inner = summed(text)
    parts = difference(text if inner is None else bare(inner))
    if parts is None:
        return None
    all_events, good = (bare(part) for part in parts)
    if not _is_sum(good) or not _is_sum(all_events):
        return None
    whole = parsed(keys.place, keys.total, bare(total.replace(WINDOW, STAND_IN)))
    return good.replace(STAND_IN, WINDOW) if str(promql_parser.parse(all_events)) == str(whole) else None


def _is_sum(query: str) -> bool:
    """Whether it is one series without labels: else they would not go together."""
    tree = promql_parser.parse(query)
    return isinstance(tree, promql_parser.AggregateExpr) and tree.modifier is None
