"""Which values of a status label are bad: as HTTP has them, and as gRPC does."""

import re
from collections.abc import Iterable

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


def are_statuses(protocol: str, values: Iterable[str]) -> bool:
    """Whether a label's values are statuses of the protocol, so that bad ones can be told."""
    values = list(values)
    if not any(values):
        return False
    if protocol == "grpc":
        return all(value in _GRPC for value in values)
    return all(_HTTP.fullmatch(value) for value in values)


def bad_of(protocol: str) -> str:
    """A regex of the statuses that are bad."""
    return GRPC_BAD if protocol == "grpc" else HTTP_BAD


def refused_of(protocol: str) -> str:
    """A regex of the statuses with which a server turns requests away, which is fast."""
    return GRPC_REFUSED if protocol == "grpc" else HTTP_REFUSED
