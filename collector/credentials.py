"""The Authorization header of our requests, its secret read anew for each: files are rotated."""

import base64
import re
from collections.abc import Generator
from pathlib import Path

import httpx

from collector.config_http import Authorization, BasicAuth, HttpClientConfig
from collector.errors import ConfigError

_CONTROL = re.compile("[\x00-\x1f\x7f]")  # no header holds them, and what refuses them quotes the secret


def credentials(config: HttpClientConfig) -> httpx.Auth | None:
    """What httpx takes as ``auth``; None leaves it to the address.

    Raises:
        ConfigError: for a secret that cannot be read, now and at each request.
    """
    given = config.basic_auth or config.authorization
    return _Credentials(given) if given else None


class _Credentials(httpx.Auth):
    def __init__(self, given: BasicAuth | Authorization) -> None:
        self._given = given
        _header(given)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = _header(self._given)
        yield request


def _header(given: BasicAuth | Authorization) -> str:
    if isinstance(given, Authorization):
        header = f"{given.type} {_secret(given.credentials, given.credentials_file, given.place)}".strip()
        if _CONTROL.search(header):
            place = _place(given.credentials_file, given.place) or "authorization"
            raise ConfigError(f"{place}: expected a secret in one line of text")
        return header
    pair = f"{given.username}:{_secret(given.password, given.password_file, given.place)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _secret(text: str, file: Path | None, place: str) -> str:
    if file is None:
        return text
    expected = f"{_place(file, place)}: expected a file with a secret"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{expected}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{expected} in UTF-8: {error.reason}") from error


def _place(file: Path | None, key: str) -> str:
    return ": ".join(str(part) for part in (key, file) if part)
