"""The shop's /metrics page as numbers that can be asked for and compared."""

import math
from collections.abc import Iterable, Mapping
from typing import Self

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from commerce_app.prelaunch.errors import UnansweredError


class Page:
    """Samples by name; values of several label sets are added up."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples: dict[str, list[Sample]] = {}
        for sample in samples:
            self._samples.setdefault(sample.name, []).append(sample)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what is no exposition."""
        return cls(sample for family in text_string_to_metric_families(text) for sample in family.samples)

    def total(self, name: str, /, **labels: str) -> float | None:
        """The sum of the samples that carry these labels; None where there is none."""
        found = [sample.value for sample in self._samples.get(name, ()) if _carries(sample.labels, labels)]
        return sum(found) if found else None

    def by_label(self, name: str, label: str) -> Mapping[str, float]:
        """Sums by the values of a label."""
        sums: dict[str, float] = {}
        for sample in self._samples.get(name, ()):
            key = sample.labels.get(label, "")
            sums[key] = sums.get(key, 0.0) + sample.value
        return sums


def increase(before: Page, after: Page, name: str, /, **labels: str) -> float:
    """How much a counter grew; a counter that is not there did not.

    Raises:
        UnansweredError: where it fell, as when the shop is started anew, or is no number.
    """
    grew = (after.total(name, **labels) or 0.0) - (before.total(name, **labels) or 0.0)
    if not 0 <= grew < math.inf:
        raise UnansweredError(f"expected {name} to grow, or to stay: was the shop started anew meanwhile?")
    return grew


def _carries(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(labels.get(name) == value for name, value in wanted.items())
