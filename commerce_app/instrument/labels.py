"""Counters, gauges and histograms that find a label set again without a lock.

prometheus_client checks and spells out the values and takes a lock at each `labels(…)`; a page asks ten
times.
"""

from typing import Any, Self

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase


class _Remembering(MetricWrapperBase):
    """Label sets are never removed, so a child that was found once is the one for good."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  passed on to prometheus_client
        self._found: dict[tuple[Any, ...], Self] = {}
        super().__init__(*args, **options)

    def labels(self, *values: Any, **named: Any) -> Self:  # noqa: ANN401  as there
        if named:
            return super().labels(*values, **named)
        child = self._found.get(values)
        if child is None:
            child = self._found[values] = super().labels(*values)
        return child


class RememberingCounter(_Remembering, Counter):
    pass


class RememberingGauge(_Remembering, Gauge):
    pass


class RememberingHistogram(_Remembering, Histogram):
    pass
