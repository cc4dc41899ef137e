"""What can go wrong in alerts.

AlertsError
├── SpecError        an SLO, policy, guardrail or signal file is wrong: file, key, what was expected
├── RequestError     a request that cannot be met: malformed, unknown incident, wrong state
├── StorageError     incidents cannot be kept or read
│   └── DamagedError     their file is damaged: what to do about it
└── DeliveryError    a message did not reach its channel; ``retryable`` says whether to try again
"""


class AlertsError(Exception):
    """Base of this package's errors. ``retryable``: the same call may succeed later."""

    retryable = False


class SpecError(AlertsError):
    """A file that cannot be used; the text names file, key and what was expected."""


class RequestError(AlertsError):
    """A request that cannot be met. ``status`` is the HTTP status it is answered with."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class StorageError(AlertsError):
    """Incidents cannot be kept or read."""


class DamagedError(StorageError):
    """A database file that somebody has to repair or replace; the text names it and says how."""


class DeliveryError(AlertsError):
    """A message that did not reach its channel.

    retry_after_seconds: for how long the channel asks to wait; ``pauses_channel``: with every message.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        retry_after_seconds: float | None = None,
        pauses_channel: bool = False,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        self.pauses_channel = pauses_channel
