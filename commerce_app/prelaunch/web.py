"""Asks over HTTP, and says in one line what did not answer as it should."""

from typing import Any

import httpx


class UnansweredError(Exception):
    """What could not be measured; the text says what was asked and what came back."""


def ask(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
    """A successful answer.

    Raises:
        UnansweredError: for any other, and for none.
    """
    try:
        answer = client.request(method, url, **options)
    except httpx.TransportError as error:
        raise UnansweredError(f"{url}: no answer ({error})") from error
    if not answer.is_success:
        said = " ".join(answer.text.split())[:120]
        raise UnansweredError(f"{url}: {answer.status_code} {said}")
    return answer


def ask_json(client: httpx.Client, method: str, url: str, **options: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    """The same, decoded."""
    try:
        return ask(client, method, url, **options).json()
    except ValueError as error:
        raise UnansweredError(f"{url}: expected JSON") from error
