"""How another engine with Prometheus' API is asked: its address, credentials, TLS, headers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector.config_http import PLAIN_HTTP, HttpClientConfig, parse_http_client
from collector.settings import Section

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_OWN = {"authorization", "connection", "content-encoding", "content-length", "content-type", "host"}


@dataclass(frozen=True)
class RemoteConfig:
    """url: with its path prefix, without ``/api/v1``. headers: for example a tenant id."""

    url: str
    http: HttpClientConfig = PLAIN_HTTP
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_remote(section: Section, base: Path) -> RemoteConfig:
    """A mapping with ``url``, ``headers`` and the client keys of a scrape job; the URL is taken as it is.

    Raises:
        ConfigError: naming the key and what was expected.
    """
    config = RemoteConfig(section.required("url"), parse_http_client(section, base), _headers(section))
    section.finish()
    return config


def _headers(section: Section) -> dict[str, str]:
    headers = section.mapping("headers")
    for name, value in headers.items():
        key = f"headers.{name}"
        if expected := header_mistake(name, value):
            raise section.error(key, expected)
        if name.lower() in _OWN:
            raise section.error(
                key, "expected a header that Fireline does not set itself (see authorization)"
            )
    return headers


def header_mistake(name: str, value: str) -> str:
    """What was expected instead of a header that HTTP cannot carry, without its value; empty for others."""
    if not _NAME.fullmatch(name):
        return "expected the name of an HTTP header"
    return "" if value.isascii() and value.isprintable() else "expected printable ASCII"
