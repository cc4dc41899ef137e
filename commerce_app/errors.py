"""What can go wrong in the shop.

ShopError             every answer that is not a success: status, error_type, text
├── RejectedError     the customer asked for what the shop's rules forbid (4xx, not a failure of ours)
│   └── InFlightError a request with the same Idempotency-Key is under way (409, Retry-After)
├── RateLimitedError  too often for one user (429, Retry-After)
├── LoadShedError     turned away to protect the rest (503, Retry-After)
├── DeadlineError     not done in time (504)
├── UnknownOutcomeError sent to be done, and not answered (504)
└── DependencyError   a database or another server failed (503, Retry-After)
    └── CircuitOpenError it failed so often that it is not asked for a while
CacheUnavailableError Redis did not answer; the read path goes on without it
SettingsError         an environment variable or flag is wrong: name, what was expected
"""

from enum import StrEnum

from commerce_app.resilience.gate import Work


class ErrorType(StrEnum):
    """The label ``error_type`` of a request; empty when nothing failed."""

    NONE = ""
    TIMEOUT = "timeout"
    LOAD_SHED = "load_shed"
    RATE_LIMITED = "rate_limited"
    DEPENDENCY = "dependency"
    INTERNAL = "internal"


class ShopError(Exception):
    """Base of the errors that end a request."""

    status = 500
    error_type = ErrorType.INTERNAL
    retry_after_seconds: int | None = None


class RejectedError(ShopError):
    """A rule of the shop says no; ``status`` is one of 4xx."""

    error_type = ErrorType.NONE

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class InFlightError(RejectedError):
    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__(409, "a request with this Idempotency-Key is under way")


class RateLimitedError(ShopError):
    status = 429
    error_type = ErrorType.RATE_LIMITED

    def __init__(self, reason: str, retry_after_seconds: int) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class LoadShedError(ShopError):
    """``reason`` is the label of ``load_shed_total``; ``work`` the class it was shed as, if there are any."""

    status = 503
    error_type = ErrorType.LOAD_SHED

    def __init__(self, reason: str, retry_after_seconds: int, work: Work | None = None) -> None:
        super().__init__(f"too busy: {reason}")
        self.reason = reason
        self.work = work
        self.retry_after_seconds = retry_after_seconds


class DeadlineError(ShopError):
    status = 504
    error_type = ErrorType.TIMEOUT


class UnknownOutcomeError(ShopError):
    """The transaction was sent to be committed; whoever asks again may get it twice."""

    status = 504
    error_type = ErrorType.TIMEOUT


class DependencyError(ShopError):
    status = 503
    error_type = ErrorType.DEPENDENCY

    def __init__(self, reason: str, retry_after_seconds: int = 1) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class CircuitOpenError(DependencyError):
    def __init__(self, name: str, retry_after_seconds: int) -> None:
        super().__init__(f"the circuit breaker of {name} is open", retry_after_seconds)


class CacheUnavailableError(Exception):
    """Redis did not answer, or the breaker did not let us ask."""


class SettingsError(Exception):
    """A setting that cannot be used; the text names it and what was expected."""
