"""Makes instruments on a registry of their own, each with its label sets from the first scrape."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from commerce_app.instrument.labels import RememberingCounter, RememberingGauge, RememberingHistogram

OPERATION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Instruments:
    """What groups of metrics are made with."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # not annotated there
        self.registry = CollectorRegistry()

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return RememberingCounter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        return RememberingGauge(name, text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]
    ) -> Histogram:
        return RememberingHistogram(name, text, labels, registry=self.registry, buckets=buckets)
