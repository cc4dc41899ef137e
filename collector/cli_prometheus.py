"""Which Prometheus a command reads, and what it sends: the same options wherever one is read."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import click

from collector.addresses import http_url
from collector.config_http import PLAIN_HTTP, Authorization, HttpClientConfig
from collector.config_remote import header_mistake
from collector.credentials import credentials
from collector.errors import ConfigError
from collector.http_client import HttpClient
from collector.plain_text import plain_line
from collector.redaction import shown_url
from collector.remote import RemoteQuerier


@dataclass(frozen=True)
class PrometheusServer:
    """A server with Prometheus' HTTP API, and what is sent with each request.

    headers, http: may be secrets, and stay out of its repr.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    http: HttpClientConfig = field(default=PLAIN_HTTP, repr=False)

    @property
    def shown(self) -> str:
        """Its address without a password, and without what may be a token."""
        return shown_url(self.url)

    def querier(
        self, *, deadline_seconds: float = 60.0, on_retry: Callable[[str], None] | None = None
    ) -> RemoteQuerier:
        """deadline_seconds: after which no other try begins. on_retry: is told why one does."""
        logging.getLogger("stamina").setLevel(logging.ERROR)  # on_retry says it, and the error at the end
        return RemoteQuerier(
            self.url, self.http, headers=self.headers, deadline_seconds=deadline_seconds, on_retry=on_retry
        )

    def client(self, timeout_seconds: float) -> HttpClient:
        """For what else the server answers."""
        return HttpClient(
            seconds=timeout_seconds,
            refuse_longer=True,
            headers=dict(self.headers),
            auth=credentials(self.http),
        )


class OptionMistake(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401  click's own signature
        click.echo(f"fireline: {plain_line(self.message)}", err=True, file=file)


_SENT = (
    click.option(
        "--header",
        "headers",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="Sent with each request, such as X-Scope-OrgID: team. May be repeated.",
    ),
    click.option(
        "--bearer-token-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File of a token for the Authorization header.",
    ),
    click.option(
        "--bearer-token-env", metavar="NAME", help="Or an environment variable that holds the token."
    ),
)


def prometheus_options(
    *, required: bool, says: str, spelled: Sequence[str] = ("--prometheus", "--url")
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command the options, and their outcome as its argument ``server``: None where none is named.

    says: the help of the address. spelled: the names of its option, first the one that is documented.
    """
    address = click.option(*spelled, "server_url", required=required, metavar="URL", help=says)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_server(
            *args: Any,  # noqa: ANN401  whatever the command takes
            server_url: str | None,
            headers: Sequence[str],
            bearer_token_file: Path | None,
            bearer_token_env: str | None,
            **rest: Any,  # noqa: ANN401  as above
        ) -> Any:  # noqa: ANN401  as above
            sent = dict(map(_header, headers))
            http = _authorized(sent, bearer_token_file, bearer_token_env)
            url = None if server_url is None else _url(spelled[0], server_url)
            server = None if url is None else PrometheusServer(url, sent, http)
            return command(*args, server=server, **rest)

        for option in reversed((address, *_SENT)):
            with_server = option(with_server)
        return with_server

    return decorate


def _url(option: str, text: str) -> str:
    try:
        return http_url(text or "no URL")
    except ValueError as error:
        raise OptionMistake(f"{option}: {error}") from error


def _header(text: str) -> tuple[str, str]:
    """``NAME: VALUE`` as its two parts; what is wrong is said without the value, which may be a secret."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon:
        raise OptionMistake("--header: expected NAME: VALUE, such as 'X-Scope-OrgID: team'")
    if expected := header_mistake(name, value):
        raise OptionMistake(f"--header: {expected}")
    return name, value


def _authorized(
    headers: Mapping[str, str], token_file: Path | None, token_env: str | None
) -> HttpClientConfig:
    given = [
        *(["--header Authorization"] if any(name.lower() == "authorization" for name in headers) else []),
        *(["--bearer-token-file"] if token_file else []),
        *(["--bearer-token-env"] if token_env else []),
    ]
    if len(given) > 1:
        raise OptionMistake(f"expected one of {' and '.join(given)}, found both")
    if token_file is None and token_env is None:
        return PLAIN_HTTP
    token = "" if token_env is None else os.environ.get(token_env, "").strip()
    if token_env is not None and not token:
        raise OptionMistake(
            f"--bearer-token-env: expected an environment variable with a token, {token_env} has none"
        )
    http = HttpClientConfig(authorization=Authorization("Bearer", token, token_file, given[0]))
    try:
        credentials(http)
    except ConfigError as error:
        raise OptionMistake(str(error)) from error
    return http
