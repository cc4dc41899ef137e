"""Asks over HTTP, within a deadline, and says in one line what did not answer as it should."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, NoReturn, Self

import httpx
from pydantic import TypeAdapter, ValidationError

from commerce_app.prelaunch.errors import UnansweredError

ANSWER_SECONDS = 15.0
# A whole checklist of a thousand products takes minutes; a server that trickles would take hours.
TOTAL_SECONDS = 600.0
LARGEST_BYTES = 32 * 1024 * 1024
TOLD = 120


class Web:
    """Every method raises UnansweredError where nothing, or nothing fit, comes back in time.

    clock: seconds, of which ``total_seconds`` are left to all questions together.
    """

    def __init__(
        self, client: httpx.AsyncClient, clock: Callable[[], float], total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._client = client
        self._clock = clock
        self._until = clock() + total_seconds
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def ask(self, method: str, url: str, *, seconds: float = ANSWER_SECONDS, **options: Any) -> bytes:  # noqa: ANN401  httpx's own
        """The body of a successful answer, which has to be whole after ``seconds``."""
        left = min(seconds, self._until - self._clock())
        if left <= 0:
            raise UnansweredError(f"{url}: not asked: everything before took too long")
        try:
            status, body = self._runner.run(self._within(left, method, url, options))
        except TimeoutError as error:
            raise UnansweredError(f"{url}: no whole answer within {left:.0f} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnansweredError(f"{url}: no answer ({one_line(str(error))})") from error
        if not 200 <= status < 300:
            told = one_line(body[: 4 * TOLD].decode(errors="replace"))
            raise UnansweredError(f"{url}: {status} {told}", status)
        return body

    def ask_json(self, method: str, url: str, **options: Any) -> Any:  # noqa: ANN401  whatever JSON holds
        """The same, decoded; NaN and infinities are no JSON."""
        body = self.ask(method, url, **options)
        try:
            return json.loads(body, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise UnansweredError(f"{url}: expected JSON") from error

    async def _within(
        self, seconds: float, method: str, url: str, options: dict[str, Any]
    ) -> tuple[int, bytes]:
        body = bytearray()
        async with (
            asyncio.timeout(seconds),
            self._client.stream(method, url, timeout=seconds, **options) as answer,
        ):
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_BYTES:
                    raise UnansweredError(f"{url}: expected at most {LARGEST_BYTES} bytes")
        return answer.status_code, bytes(body)


def shaped(kind: Any, content: object, place: str) -> Any:  # noqa: ANN401  of that kind
    """The content as ``kind``, without any guess; raises UnansweredError naming what is not so."""
    try:
        return TypeAdapter(kind).validate_python(content, strict=True)
    except ValidationError as error:
        problem = error.errors()[0]
        key = one_line(".".join(str(part) for part in problem["loc"])) or "(whole answer)"
        raise UnansweredError(f"{place}: {key}: {one_line(problem['msg'])}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"expected a number, got {constant}")


def one_line(text: str) -> str:
    """Short, and without anything that would start another line or hide one."""
    return "".join(each if each.isprintable() else " " for each in text)[:TOLD].strip()
