"""Warnings and infos that a query collects; Prometheus calls them annotations."""

from dataclasses import dataclass, field

import numpy as np

from collector.series import Values

_COUNTER_SUFFIXES = ("_total", "_sum", "_count", "_bucket")


@dataclass
class Notes:
    """Each text once, in the order in which they came up."""

    _warnings: dict[str, None] = field(default_factory=dict)
    _infos: dict[str, None] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

    @property
    def infos(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def check_quantiles(self, quantiles: Values) -> None:
        for q in np.unique(quantiles[~((quantiles >= 0) & (quantiles <= 1))]):
            self._warnings[f"PromQL warning: quantile value should be between 0 and 1, got {q:g}"] = None

    def bad_ratio(self, ratio: float, capped: float) -> None:
        text = f"ratio value should be between -1 and 1, got {ratio:g}, capping to {capped:g}"
        self._warnings[f"PromQL warning: {text}"] = None

    def bad_bucket(self, metric: str, bound: str) -> None:
        text = (
            f'bucket label "le" is missing or has a malformed value of "{bound}" for metric name "{metric}"'
        )
        self._warnings[f"PromQL warning: {text}"] = None

    def possible_non_counter(self, metric: str) -> None:
        if metric and not metric.endswith(_COUNTER_SUFFIXES):
            text = (
                f'metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "{metric}"'
            )
            self._infos[f"PromQL info: {text}"] = None

    def forced_monotonic(self, metric: str) -> None:
        text = f'input to histogram_quantile needed to be fixed for monotonicity for metric name "{metric}"'
        self._infos[f"PromQL info: {text}"] = None
