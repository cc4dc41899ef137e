"""Reading requests of the HTTP API: parameters from the address and the form, times, durations."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from collector.durations import parse_duration
from collector.errors import QueryError

_COUNT = re.compile(r"[0-9]{1,18}")
_FORM = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES = 10 * 1024 * 1024
_MAX_FIELDS = 10_000
_EARLIEST = -9_007_199_254_740.0
_LATEST = 9_007_199_254_740.0
_LONGEST_SECONDS = 2**63 / 1e9  # Go counts nanoseconds in 64 bits


class Parameters:
    """The parameters of one request; those of the form come first, as in Go."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def text(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def time(self, name: str, default: float) -> float:
        """Unix seconds or RFC 3339.

        Raises:
            QueryError: bad_data, naming the parameter.
        """
        text = self.text(name)
        return default if not text else _time(name, text)

    def required_time(self, name: str) -> float:
        return _time(name, self.text(name))

    def limit(self) -> int:
        """How many items at most; 0 is all."""
        text = self.text("limit") or "0"
        if not _COUNT.fullmatch(text):
            raise QueryError(f'invalid parameter "limit": expected a whole number, found {text[:40]!r}')
        return int(text)

    def timeout(self, limit_seconds: float) -> float:
        """Seconds that the request gives its query, at most the limit.

        Raises:
            QueryError: bad_data.
        """
        text = self.text("timeout")
        if not text:
            return limit_seconds
        seconds = _seconds(text)
        if not seconds > 0:
            raise QueryError(f'invalid parameter "timeout": cannot parse "{text}" to a valid duration')
        return min(seconds, limit_seconds)

    def lookback(self) -> float | None:
        """Seconds that the request gives its query to look back; None where it does not say, or not above 0.

        Raises:
            QueryError: bad_data.
        """
        text = self.text("lookback_delta")
        seconds = _seconds(text) if text else 0.0
        if not math.isfinite(seconds):
            raise QueryError(
                f'error parsing lookback delta duration: cannot parse "{text}" to a valid duration'
            )
        if seconds > _LONGEST_SECONDS:
            raise QueryError(f'error parsing lookback delta duration: "{text}" overflows')
        return seconds if seconds > 0 else None

    def step(self) -> float:
        """Seconds above zero: a number, or a Prometheus duration."""
        text = self.text("step")
        step = _seconds(text)
        if math.isnan(step):
            raise QueryError(f'invalid parameter "step": cannot parse "{text}" to a valid duration')
        if step <= 0:
            raise QueryError(
                'invalid parameter "step": zero or negative query resolution step widths are not accepted.'
                " Try a positive integer"
            )
        return step


class BodyTooLargeError(QueryError):
    """A body over what a request may hold."""


async def read_parameters(request: Request) -> Parameters:
    """Parameters of a GET, or of a POST with a form, in the address, or both.

    Raises:
        BodyTooLargeError: before more of the form is read than it may hold.
        QueryError: bad_data, for a form of very many fields.
    """
    pairs: list[tuple[str, str]] = []
    if request.method == "POST" and request.headers.get("content-type", "").startswith(_FORM):
        text = (await read_body(request, _MAX_FORM_BYTES, "form")).decode("utf-8", "replace")
        try:
            pairs += parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
        except ValueError as error:
            raise QueryError(f"expected a form of at most {_MAX_FIELDS} fields: {error}") from error
    return Parameters(pairs + list(request.query_params.multi_items()))


async def read_body(
    request: Request, limit_bytes: int, noun: str, grow: Callable[[int], None] = lambda _size_bytes: None
) -> bytes:
    """The whole body. ``grow`` is told each size before the body has it, and may raise.

    Raises:
        BodyTooLargeError: before more of it is read than it may hold.
    """
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > limit_bytes:
            raise BodyTooLargeError(f"expected a {noun} of at most {limit_bytes} bytes")
        grow(len(body) + len(chunk))
        body += chunk
    return bytes(body)


def parse_time(text: str) -> float:
    """Unix seconds of a number or an RFC 3339 time with its zone.

    Raises:
        ValueError: for anything else, and for times that no engine keeps.
    """
    try:
        seconds = _float(text)
    except ValueError:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            raise ValueError(f"expected a zone in {text!r}") from None
        seconds = parsed.timestamp()
    if not _EARLIEST <= seconds <= _LATEST:
        raise ValueError(f"out of range: {text!r}")
    return seconds


def _time(name: str, text: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise QueryError(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp') from error


def _float(text: str) -> float:
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _seconds(text: str) -> float:
    """Seconds of a number or a duration; NaN for what is neither."""
    for read in (_float, parse_duration):
        try:
            return read(text)
        except ValueError:
            continue
    return math.nan


def pairs_of(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    """Parameters as a form carries them."""
    return [(name, str(value)) for name, value in parameters.items()]
