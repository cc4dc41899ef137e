"""Which values of a status label are bad: as HTTP has them, as gRPC does, and as plain words do."""

import re
from collections.abc import Iterable
from typing import Literal

StatusKind = Literal["http", "grpc", "words", ""]

# HTTP: our own 429 and 503 turn customers away; other 4xx are the client's. "5xx" is a class of its own.
_HTTP = re.compile(r"[1-5]([0-9]{2}|xx)|UNKNOWN|unknown|", re.IGNORECASE)
HTTP_BAD = "5..|429"
HTTP_REFUSED = "429|503"

# https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ lists what is a server's error; RESOURCE_EXHAUSTED is
# gRPC's 429.
_GRPC_CODES = (
    "OK",
    "Canceled",
    "Cancelled",
    "InvalidArgument",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unauthenticated",
)
_GRPC_REFUSED = ("ResourceExhausted", "Unavailable")
_NUMBERS = {  # of the bad ones
    "Unknown": 2,
    "DeadlineExceeded": 4,
    "ResourceExhausted": 8,
    "Unimplemented": 12,
    "Internal": 13,
    "Unavailable": 14,
    "DataLoss": 15,
}


def _spellings(code: str) -> list[str]:
    upper = re.sub(r"(?<!^)(?=[A-Z])", "_", code).upper()
    return [code, upper, *([str(_NUMBERS[code])] if code in _NUMBERS else [])]


GRPC_BAD = "|".join(one for code in _NUMBERS for one in _spellings(code))
GRPC_REFUSED = "|".join(one for code in _GRPC_REFUSED for one in _spellings(code))
_GRPC = {one for code in (*_GRPC_CODES, *_NUMBERS) for one in _spellings(code)}
_GRPC |= {str(number) for number in range(17)} | {"OK", ""}


# Words of applications, and of Micrometer's `outcome`; what is the client's is nobody's failure.
_WORDS_REFUSED = ("rejected", "throttled", "rate_limited", "shed", "overloaded")
_WORDS_BAD = (
    *("error", "errors", "err", "failure", "failed", "fail", "exception", "timeout", "timed_out"),
    *("unavailable", "server_error", "internal_error", *_WORDS_REFUSED),
)
_WORDS_GOOD = ("success", "successful", "succeeded", "ok", "good", "completed")
_WORDS_NEITHER = ("client_error", "redirection", "informational", "invalid", "canceled", "cancelled")
_WORDS = {*_WORDS_BAD, *_WORDS_GOOD, *_WORDS_NEITHER, "unknown", ""}


def status_kind(protocol: str, values: Iterable[str]) -> StatusKind:
    """How a label's values say what is bad: as the protocol's statuses or in words; empty if they do not."""
    values = list(values)
    if not any(values):
        return ""
    if protocol == "grpc":
        return "grpc" if all(value in _GRPC for value in values) else ""
    if all(_HTTP.fullmatch(value) for value in values):
        return "http"
    words = {value.lower() for value in values}
    return "words" if words <= _WORDS and words & {*_WORDS_BAD, *_WORDS_GOOD} else ""


def bad_of(kind: StatusKind) -> str:
    """A regex of the statuses that are bad."""
    return {"grpc": GRPC_BAD, "words": f"(?i)({'|'.join(_WORDS_BAD)})"}.get(kind, HTTP_BAD)


def refused_of(kind: StatusKind) -> str:
    """A regex of the statuses with which a server turns requests away, which is fast."""
    return {"grpc": GRPC_REFUSED, "words": f"(?i)({'|'.join(_WORDS_REFUSED)})"}.get(kind, HTTP_REFUSED)
