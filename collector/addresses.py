"""Addresses of servers as people write them into files: checked while the file is read."""

from urllib.parse import urlsplit

import httpx

from collector.redaction import shortened, without_path


def http_url(text: str) -> str:
    """An http(s) URL without its last slash, or an empty string.

    Raises:
        ValueError: for anything that no client could ask, with what was expected.
    """
    if text and not _is_http_url(text):
        raise ValueError(f"expected a URL such as http://host:9090, found {shortened(without_path(text))}")
    return text.rstrip("/")


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        return bool(named and httpx.URL(text).host) and text.isprintable() and " " not in text
    except (ValueError, httpx.InvalidURL):  # a host that is no IDNA name is a ValueError too
        return False
