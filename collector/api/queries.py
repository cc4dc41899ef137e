"""The endpoints that read samples: queries, series, labels."""

import time
from collections.abc import Callable

from collector.api.cost import query_stats
from collector.api.encode import encode_answer, encode_data
from collector.api.request import Parameters
from collector.api.truncate import TRUNCATED, truncated
from collector.app import Collector
from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels, Matcher, stoppable
from collector.names import unescaped
from collector.promql.guard import QuerySize
from collector.promql.limits import Budget
from collector.promql.parse import parse
from collector.promql.results import Answer
from collector.promql.syntax import Selector

MAX_POINTS = 11_000

Answering = Callable[[Collector, Parameters, float], bytes]


def query(collector: Collector, parameters: Parameters, left_seconds: float) -> bytes:
    """An instant query, at ``time`` or now."""
    at = parameters.time("time", collector.clock.now())
    asked, querier, lookback = parameters.text("query"), _embedded(collector), parameters.lookback()
    return _answered(
        collector,
        parameters,
        left_seconds,
        lambda: querier.evaluate(asked, at, left_seconds, lookback_seconds=lookback),
    )


def query_range(collector: Collector, parameters: Parameters, left_seconds: float) -> bytes:
    """Refuses what Prometheus refuses: a step of zero, an end before the start, over 11,000 points."""
    start, end = parameters.required_time("start"), parameters.required_time("end")
    if end < start:
        raise QueryError('invalid parameter "end": end timestamp must not be before start time')
    step = parameters.step()
    if (end - start) / step > MAX_POINTS:
        raise QueryError(
            "exceeded maximum resolution of 11,000 points per timeseries."
            " Try decreasing the query resolution (?step=XX)"
        )
    asked, querier, lookback = parameters.text("query"), _embedded(collector), parameters.lookback()
    return _answered(
        collector,
        parameters,
        left_seconds,
        lambda: querier.evaluate_range(asked, start, end, step, left_seconds, lookback_seconds=lookback),
    )


def _answered(
    collector: Collector,
    parameters: Parameters,
    left_seconds: float,
    evaluate: Callable[[], Answer],
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """The answer cut to its limit; with what it took where ``stats`` asks for that, whatever it says."""
    limit, began = parameters.limit(), monotonic()
    answer = evaluate()
    if not parameters.text("stats"):
        return encode_answer(truncated(answer, limit))
    seconds = monotonic() - began
    waited = parameters.timeout(collector.options.limits.timeout_seconds) - left_seconds
    return encode_answer(truncated(answer, limit), query_stats(answer.samples, seconds, max(waited, 0.0)))


def query_exemplars(_collector: Collector, _parameters: Parameters, _left_seconds: float) -> bytes:
    """Exemplars are not kept: clients that probe for them get none."""
    return encode_data([])


def series(collector: Collector, parameters: Parameters, left_seconds: float) -> bytes:
    """Label sets of the series that any ``match[]`` selects."""
    if not parameters.all("match[]"):
        raise QueryError("no match[] parameter provided")
    found = sorted(_present(collector, parameters, left_seconds), key=lambda labels: labels.pairs)
    shown, warnings = _limited([dict(labels.pairs) for labels in found], parameters)
    return encode_data(shown, warnings)


def label_names(collector: Collector, parameters: Parameters, left_seconds: float) -> bytes:
    """Names of the labels in use."""
    names = {name for labels in _present(collector, parameters, left_seconds) for name, _ in labels.pairs}
    return encode_data(*_limited(sorted(names), parameters))


def label_values(collector: Collector, parameters: Parameters, name: str, left_seconds: float) -> bytes:
    """Values of one label; ``U__a_2e_b`` is ``a.b``."""
    label = unescaped(name)
    values = {labels.get(label) for labels in _present(collector, parameters, left_seconds)} - {""}
    return encode_data(*_limited(sorted(values), parameters))


def _present(collector: Collector, parameters: Parameters, left_seconds: float) -> list[Labels]:
    """Labels of the series that any ``match[]`` selects in the window; without one, of all."""
    check_time = Budget(collector.options.limits, timeout_seconds=left_seconds).check_time
    start = parameters.time("start", -9e12)
    end = parameters.time("end", 9e12)
    if end < start:
        raise QueryError('invalid parameter "end": end timestamp must not be before start time')
    texts = parameters.all("match[]")
    selectors = (_matchers(text, check_time) for text in texts) if texts else ((),)
    found: dict[Labels, None] = {}
    for matchers in selectors:
        check_time()
        found |= dict.fromkeys(collector.store.present(matchers, round(start * 1000), round(end * 1000)))
    return list(found)


def _matchers(text: str, check_time: Callable[[], None]) -> tuple[Matcher, ...]:
    node = parse(text, size=QuerySize())
    if not isinstance(node, Selector):
        raise QueryError(f'invalid parameter "match[]": {text!r} is no series selector')
    return stoppable(node.matchers, check_time)


def _limited(items: list, parameters: Parameters) -> tuple[list, list[str]]:  # type: ignore[type-arg]  # of any JSON
    limit = parameters.limit()
    if limit and len(items) > limit:
        return items[:limit], [TRUNCATED]
    return items, []


def _embedded(collector: Collector) -> EmbeddedQuerier:
    assert isinstance(collector.querier, EmbeddedQuerier)
    return collector.querier
