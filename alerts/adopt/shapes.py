"""Families of requests that no library is known by: told by how names end and which labels there are."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from alerts.adopt.catalogue import Ecosystem, Requests
from alerts.adopt.source import Source
from alerts.adopt.statuses import status_kind
from collector.labels import Labels

MOST_FAMILIES = 20
STATUS_LABELS = (
    *("status", "code", "status_code", "http_status", "http_status_code", "http_code", "response_code"),
    *("statusCode", "status_class", "code_class", "grpc_code", "outcome", "result"),
)
ROUTE_LABELS = (
    *("route", "path", "endpoint", "handler", "uri", "url", "url_rule", "path_template", "http_route"),
    *("http_path", "view", "operation", "action"),
)
METHOD_LABELS = ("method", "http_method", "verb", "request_method")
_MOST_SETS = 50

# What asks others, and what is a cache's, a lock's or a machine's, is no answer to a customer.
_NOT_SERVED = re.compile(
    r"(?:^|_)(?:client|outbound|outgoing|upstream|downstream|egress|external|backend|remote|cache|lock|db|sql"
    r"|redis|retry|retries|size|bytes|scrape|shed)(?:_|$)"
)
_COUNTER = re.compile(
    r"(?P<prefix>(?:[a-zA-Z0-9]+_)*?)(?:requests?|responses?)"
    r"(?:_(?:count|handled|processed|served|received|completed))?_total"
)
_TIMES = re.compile(
    r"(?P<prefix>(?:[a-zA-Z0-9]+_)*?)(?P<what>(?:http_)?(?:requests?|responses?|http|rpc|api|endpoint|handler|view)"
    r"(?:_[a-zA-Z0-9]+)*_|)(?:(?:duration|latency|processing|elapsed|time)(?:_[a-zA-Z]+)*|seconds|milliseconds|ms)"
)
_IN_FLIGHT = re.compile(r"(?:requests?_)?(?:in_?progress|in_?flight|active)(?:_requests?)?|active_requests")
_UNITS = {"seconds": 1.0, "milliseconds": 1e-3, "millis": 1e-3, "ms": 1e-3, "microseconds": 1e-6, "us": 1e-6}
_ERRORS = (
    *("request_errors_total", "requests_errors_total", "requests_failed_total", "failed_requests_total"),
    *("request_failures_total", "errors_total", "failures_total", "exceptions_total"),
)


def shaped_families(
    source: Source, catalogue: Sequence[Ecosystem], names: frozenset[str], at: float
) -> tuple[list[Requests], list[str]]:
    """Families that no ecosystem knows, the surest first; and what was not taken, and why.

    Raises:
        QueryError: if the source cannot be asked.
    """
    known = _known(catalogue)
    types = source.types()
    families, notes = [], []
    wanted = sorted(name for name in names if not known.fullmatch(name) and _is_wanted(name, names))
    for count in wanted[:MOST_FAMILIES]:
        if types.get(count) == "gauge":
            notes.append(f"{count}: is a gauge here, not a counter")
            continue
        family = _family(source, count, names, at)
        if family.status or family.errors or family.bucket:
            families.append(family)
        else:
            notes.append(
                f"{count}: counts requests, but no label of it holds statuses (such as 500, 5xx or error) "
                f"and no counter of errors stands beside it, so failures cannot be told"
            )
    if len(wanted) > MOST_FAMILIES:
        more, first = len(wanted) - MOST_FAMILIES, wanted[MOST_FAMILIES]
        notes.append(f"{more} more counters of requests were not looked at, such as {first}")
    return sorted(families, key=lambda f: (f.confidence != "likely", not f.status, f.count)), notes


def unit_seconds(metric: str) -> float | None:
    """How many seconds one of a metric's unit is, by its name; None where that does not say."""
    base = re.sub(r"_(bucket|count|sum)$", "", metric)
    return _UNITS.get(base.rsplit("_", 1)[-1])


def _known(catalogue: Iterable[Ecosystem]) -> re.Pattern[str]:
    patterns = [pattern for ecosystem in catalogue for pattern in ecosystem.known]
    named = [re.escape(f.count) for ecosystem in catalogue for f in ecosystem.requests]
    return re.compile("|".join(f"(?:{pattern})" for pattern in [*patterns, *named]))


def _is_wanted(name: str, names: frozenset[str]) -> bool:
    if ":" in name or _NOT_SERVED.search(name):
        return False
    if _COUNTER.fullmatch(name):
        return True
    base = name.removesuffix("_count")
    times = _TIMES.fullmatch(base) if base != name else None
    return times is not None and (f"{base}_bucket" in names or bool(times["what"]))


def _family(source: Source, count: str, names: frozenset[str], at: float) -> Requests:
    """What the labels of a counter say of it; no status, no errors and no bucket where it says too little."""
    sets = _label_sets(source, count, at)
    kinds = {label: status_kind("http", _label_values(sets, label)) for label in STATUS_LABELS}
    status = [label for label in STATUS_LABELS if kinds[label]]
    route, method = _there(sets, ROUTE_LABELS), _there(sets, METHOD_LABELS)
    base = count.removesuffix("_count")
    bucket, unit = f"{base}_bucket" if base != count else "", unit_seconds(base)
    has_bucket = bucket in names and unit is not None
    is_named = _COUNTER.fullmatch(count) or _times_of_requests(base)
    if not is_named and not (route and status):
        return Requests(count=count)
    errors = "" if status else _errors_beside(count, names)
    if errors:
        route = [label for label in route if _there(_label_sets(source, errors, at), [label])]
    is_plain = bool(status) and kinds[status[0]] == "http" and bool(route or method)
    confidence: Literal["likely", "guess"] = "likely" if is_plain else "guess"
    return Requests(
        count=count,
        bucket=bucket if has_bucket else "",
        unit_seconds=unit or 1.0,
        status=status,
        route=route[:1],
        method=method[:1],
        errors=errors,
        in_flight=_in_flight(count, names),
        confidence=confidence,
    )


def _label_sets(source: Source, metric: str, at: float) -> list[Labels]:
    """Of some series: which labels there are, and what they look like."""
    by = ",".join([*STATUS_LABELS, *ROUTE_LABELS, *METHOD_LABELS])
    asked = f"topk({_MOST_SETS}, count by ({by}) ({metric}))"
    return [sample.labels for sample in source.instant(asked, at)]


def _label_values(sets: Iterable[Labels], label: str) -> set[str]:
    return {labels.get(label) for labels in sets}


def _there(sets: Sequence[Labels], names: Iterable[str]) -> list[str]:
    return [name for name in names if any(labels.get(name) for labels in sets)]


def _times_of_requests(base: str) -> bool:
    times = _TIMES.fullmatch(base)
    return times is not None and bool(times["what"])


def _prefixes(count: str) -> list[str]:
    """What comes before the word for requests, and that without ``http``."""
    found = _COUNTER.fullmatch(count) or _TIMES.fullmatch(count.removesuffix("_count"))
    prefix = found["prefix"] if found else ""
    return list(dict.fromkeys([prefix, prefix.removesuffix("http_")]))


def _errors_beside(count: str, names: frozenset[str]) -> str:
    """A counter of failures with the same beginning; a bare ``errors_total`` may be of anything."""
    beside = [f"{prefix}{error}" for prefix in _prefixes(count) for error in _ERRORS]
    return next((name for name in beside if name in names and name not in _ERRORS[5:]), "")


def _in_flight(count: str, names: frozenset[str]) -> list[str]:
    prefixes = _prefixes(count)
    return sorted(name for name in names if any(_is_in_flight(name, prefix) for prefix in prefixes))


def _is_in_flight(name: str, prefix: str) -> bool:
    rest = name.removeprefix(prefix).removeprefix("http_")
    return name.startswith(prefix) and _IN_FLIGHT.fullmatch(rest) is not None
