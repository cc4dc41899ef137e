"""OpenSLO's SLIs as bad and total events: ratios of counters or gauges, ready-made ratios, thresholds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import promql_parser

from alerts.documents import Document
from alerts.errors import SpecError
from alerts.formats.counts import as_increase, counts_of, tree_of
from alerts.formats.openslo.kinds import IndicatorSpec, Metric, Objective, QuerySpec, RatioMetric, SloFile
from alerts.formats.openslo.library import Library
from alerts.formats.openslo.metadata import IndicatorAnnotations
from alerts.queries import checked_query, one_series, parsed
from alerts.query_groups import refuse_groups
from alerts.query_parts import summed
from alerts.slo import WINDOW, Sli, SliKind, bad_beyond, bad_counted, bad_remaining
from collector.errors import QueryError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector
from collector.redaction import shortened

EVALUATION = "1m"
"""How often a query that answers a value, not a count, is looked at."""
EVALUATION_SECONDS = 60.0
_BUCKET = re.compile(r"_bucket\b")
_TEMPLATE = re.compile(r"\{\{\s*\.window\s*\}\}")  # as other readers of OpenSLO write $window
_BEYOND = {"lte": ">", "lt": ">=", "gte": "<", "gt": "<="}


@dataclass(frozen=True)
class Notes:
    """What is annotated on an SLI and on the SLO that uses it."""

    kind: SliKind = SliKind.AVAILABILITY
    threshold: float | None = None
    in_flight: str | None = None
    demand: str | None = None
    targets: str | None = None


@dataclass(frozen=True)
class Indicator:
    """An SLI with where it stands: ``place`` is the document, ``key`` the way to its spec there.

    labels: of its own ``metadata``.
    """

    place: str
    key: str
    spec: IndicatorSpec
    notes: Notes
    library: Library
    labels: Mapping[str, str]

    def sli(self, objective: Objective, objective_key: str, slo_place: str) -> Sli:
        """Bad and total events of an objective, as OpenSLO's occurrences.

        Raises:
            SpecError: for a query that is none, a source that is not Prometheus, or an objective
                without the ``op`` and ``value`` of its threshold.
        """
        ratio, threshold = self.spec.ratio_metric, self.spec.threshold_metric
        if (ratio is None) == (threshold is None):
            raise self._mistake("", "expected either ratioMetric or thresholdMetric")
        if threshold is not None:
            return self._threshold(threshold, objective, f"{slo_place}: {objective_key}")
        assert ratio is not None
        for name in ("value", "op"):
            if getattr(objective, name) is not None:
                raise SpecError(f"{slo_place}: {objective_key}.{name}: expected with thresholdMetric only")
        raws = ratio.raw is not None, ratio.raw_type is not None
        if any(raws) and (not all(raws) or ratio.good or ratio.bad or ratio.total):
            raise self._mistake("ratioMetric", "expected raw and rawType together, and nothing beside them")
        return self._raw(ratio.raw, ratio.raw_type) if ratio.raw and ratio.raw_type else self._ratio(ratio)

    def _ratio(self, ratio: RatioMetric) -> Sli:
        if ratio.total is None:
            raise self._mistake("ratioMetric", "expected total beside good or bad")
        part = ratio.good if ratio.bad is None else ratio.bad
        if part is None or (ratio.good is not None and ratio.bad is not None):
            raise self._mistake("ratioMetric", "expected either good or bad beside total")
        name = "good" if ratio.bad is None else "bad"
        written = [
            self._query(f"ratioMetric.{key}", one) for key, one in ((name, part), ("total", ratio.total))
        ]
        refuse_groups(self.place, dict(written))
        counted, total = (self._count(name, part, ratio), self._count("total", ratio.total, ratio))
        if ratio.counter:
            counted, total = self._counts(counted, total)
        if ratio.bad is not None:
            return self._sli(bad_counted(counted, total), total, counts_events=ratio.counter)
        good = counted
        if self.notes.kind is SliKind.LATENCY and _BUCKET.search(good):
            return self._sli(bad_beyond(good, total), total, bucket=good, counts_events=ratio.counter)
        remaining = self._sli(bad_remaining(good, total), total, counts_events=ratio.counter)
        return replace(remaining, good=good)

    def _count(self, name: str, metric: Metric, ratio: RatioMetric) -> str:
        key = f"ratioMetric.{name}"
        place, query = self._query(key, metric)
        return one_series(self.place, place, self._windowed(place, query, counter=ratio.counter))

    def _windowed(self, key: str, query: str, *, counter: bool) -> str:
        """A query that says no window, over one, where that is plain: of one counter, or of any gauge."""
        function = "increase" if counter else "sum_over_time"
        if WINDOW in query:
            return query
        expression = parsed(self.place, key, query)
        if _is_plain(expression):
            return f"{function}({query}[{WINDOW}])"
        counted = summed(query)
        if counted is not None and _is_plain(parsed(self.place, key, counted)):
            return f"sum({function}({counted}[{WINDOW}]))"
        return query if counter else f"sum(sum_over_time(({query})[{WINDOW}:{EVALUATION}]))"

    def _counts(self, counted: str, total: str) -> tuple[str, str]:
        """Rates made counts, on both sides or on none: their ratio must stay."""
        kinds = [counts_of([tree_of(query)]) for query in (counted, total)]
        if kinds == [{"rate"}, {"rate"}]:
            return as_increase(counted), as_increase(total)
        if {"rate"} in kinds:
            raise self._mistake(
                "ratioMetric", f"expected increase(…[{WINDOW}]), which counts events, found rate on one side"
            )
        return counted, total

    def _raw(self, metric: Metric, raw_type: str) -> Sli:
        """Each evaluation weighs as much as another: of a ratio alone nobody knows how many events it had."""
        key, query = self._query("ratioMetric.raw", metric)
        checked_query(self.place, key, f"({query}) >= -Inf", windowed=False)
        refuse_groups(self.place, {key: query})
        value, known = f"avg({query})", f"count({query}) * 0"
        bad = value if raw_type == "failure" else f"1 - {value}"
        if WINDOW in query:
            bads, totals = f"({bad}) >= -Inf", f"({value} >= -Inf) * 0 + 1"
        else:
            bads = f"sum_over_time((({bad}) >= -Inf)[{WINDOW}:{EVALUATION}])"
            totals = f"count_over_time(({value} >= -Inf)[{WINDOW}:{EVALUATION}])"
        sli = self._sli(f"sum({bads} or {known})", f"sum({totals} or {known})", counts_events=False)
        return replace(sli, is_raw=raw_type == "failure")

    def _threshold(self, metric: Metric, objective: Objective, place: str) -> Sli:
        """Evaluations, one a minute and series; those that answer no number are neither good nor bad."""
        if objective.op is None or objective.value is None:
            raise SpecError(f"{place}: expected op and value, since the indicator is a thresholdMetric")
        key, query = self._query("thresholdMetric", metric)
        if WINDOW in query:
            raise self._mistake(key.removeprefix(f"{self.key}."), f"expected a query without {WINDOW}")
        checked_query(self.place, key, f"({query}) >= -Inf", windowed=False)
        values, known = f"({query}) >= -Inf", f"count({query}) * 0"
        beyond = f"({values}) {_BEYOND[objective.op]} bool {objective.value!r}"
        bad = f"sum(sum_over_time(({beyond})[{WINDOW}:{EVALUATION}]) or {known})"
        total = f"sum(count_over_time(({values})[{WINDOW}:{EVALUATION}]) or {known})"
        return self._sli(bad, total, slice_seconds=EVALUATION_SECONDS)

    def _sli(
        self,
        bad: str,
        total: str,
        *,
        bucket: str | None = None,
        counts_events: bool = True,
        slice_seconds: float | None = None,
    ) -> Sli:
        notes = self.notes
        return Sli(
            notes.kind,
            bad,
            total,
            notes.in_flight,
            notes.threshold,
            bucket,
            counts_events,
            slice_seconds,
            notes.demand,
            notes.targets,
        )

    def _query(self, name: str, metric: Metric) -> tuple[str, str]:
        """The key of a metric's query, and the query on one line."""
        source, key = metric.metric_source, f"{self.key}.{name}.metricSource"
        kind = source.type
        if source.metric_source_ref:
            ref = self.library.data_source(source.metric_source_ref, self.place, f"{key}.metricSourceRef")
            kind = kind or ref[1].spec.type
        if kind and kind.lower() != "prometheus":
            raise SpecError(f"{self.place}: {key}.type: expected Prometheus, found {shortened(kind)}")
        query = Document(f"{self.place}: {key}.spec", source.spec).parse(QuerySpec).query
        return f"{key}.spec.query", " ".join(_TEMPLATE.sub(WINDOW, query).split())

    def _mistake(self, name: str, expected: str) -> SpecError:
        return SpecError(f"{self.place}: {self.key}{'.' if name else ''}{name}: {expected}")


def indicator_of(document: Document, content: SloFile, library: Library) -> Indicator:
    """An SLO's indicator, inline or by reference; what the SLO annotates goes over what the SLI does.

    Raises:
        SpecError: for none or two of them, a reference that leads nowhere, or annotations that are wrong.
    """
    spec = content.spec
    if (spec.indicator is None) == (spec.indicator_ref is None):
        raise SpecError(f"{document.place}: spec: expected either indicator or indicatorRef")
    if spec.indicator is not None:
        place, key, found = document.place, "spec.indicator.spec", spec.indicator.spec
        metadata = spec.indicator.metadata
    else:
        place, sli = library.indicator(spec.indicator_ref or "", document.place, "spec.indicatorRef")
        key, found, metadata = "spec", sli.spec, sli.metadata
    said = {} if metadata is None else metadata.annotations.model_dump(exclude_unset=True)
    own = content.metadata.annotations.model_dump(exclude_unset=True)
    names = IndicatorAnnotations.model_fields
    notes = Notes(**{name: value for name, value in {**said, **own}.items() if name in names})
    labels = {} if metadata is None else metadata.labels
    return Indicator(place, key, found, _checked(document.place, notes), library, labels)


def _checked(place: str, notes: Notes) -> Notes:
    if (notes.kind is SliKind.LATENCY) != (notes.threshold is not None):
        key = "metadata.annotations.fireline/threshold"
        raise SpecError(f"{place}: {key}: expected with fireline/kind: latency, and only there")
    at = f"{place}: metadata.annotations.fireline/"
    if notes.targets is not None and not _is_selector(notes.targets):
        raise SpecError(f'{at}targets: expected a selector of the metric up, such as up{{job="shop"}}')
    return replace(
        notes,
        in_flight=_instant(place, "in-flight", notes.in_flight),
        demand=_instant(place, "demand", notes.demand),
    )


def _instant(place: str, name: str, query: str | None) -> str | None:
    key = f"metadata.annotations.fireline/{name}"
    return None if query is None else one_series(place, key, query, windowed=False)


def _is_selector(query: str) -> bool:
    try:
        return isinstance(parse(query, size=QuerySize()), Selector)
    except QueryError:
        return False


def _is_plain(expression: promql_parser.Expr) -> bool:
    """Whether it is a selector that a range may follow."""
    return (
        isinstance(expression, promql_parser.VectorSelector)
        and expression.offset is None
        and expression.at is None
    )
