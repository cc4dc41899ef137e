"""What can go wrong in the collector.

CollectorError
├── ConfigError     a file or flag is wrong: place, key, what was expected
├── QueryError      a query failed; ``kind`` is Prometheus' errorType
├── ExpositionError a target's page cannot be parsed: line and reason
├── RemoteWriteError a request of remote write that cannot be read
├── RelabelError    rules that make a text beyond what a label may hold
├── TemplateError   a text of a rule that cannot be read or filled in
├── SinkError       alerts could not be handed over: why
├── OutputError     a file cannot be written: which, and why
└── StoreError      samples cannot be kept or read
"""


class CollectorError(Exception):
    """Base of this package's errors. ``retryable``: the same call may succeed later."""

    retryable = False


class ConfigError(CollectorError):
    """A configuration that cannot be used; the text names file, key and what was expected."""


class QueryError(CollectorError):
    """A query that failed. ``kind``: bad_data, execution, timeout, canceled, internal, unavailable."""

    def __init__(self, message: str, *, kind: str = "bad_data", retryable: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.retryable = retryable


class NoPrometheusError(QueryError):
    """What answered is no API of a Prometheus."""

    def __init__(self, shown: str, status: int) -> None:
        said = f"expected JSON of the Prometheus API, found HTTP {status}: is this the API of a Prometheus?"
        super().__init__(f"{shown}: {said}", kind="internal")


class ExpositionError(CollectorError):
    """A page that does not follow the exposition format."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class RemoteWriteError(CollectorError):
    """A request that is no remote write 1.0; ``too_large``: one over what a request may measure."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(reason)
        self.too_large = too_large


class RelabelError(CollectorError):
    """Relabelling that makes a text which is too long."""


class StoreError(CollectorError):
    """Samples cannot be kept or read."""


class SinkError(CollectorError):
    """Alerts that a sink could not take; the text says all that there is to know."""


class OutputError(CollectorError):
    """A file that cannot be written; the text names it and says why."""


class TemplateError(CollectorError):
    """A template that cannot be read or filled in."""
