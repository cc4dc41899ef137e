"""Addresses as people see them: ``user:password@`` goes, the rest stays."""

import re

_USERINFO = re.compile(r"[^\s/'\"]+@")
_BROKEN_USERINFO = re.compile(r"(?<=://)[^\s/'\"@:]*:(?!\d*(?:[/?#\s'\"]|$))[^\s'\"]*@")
_TOKENS = (
    re.compile(r"(\b(?:bearer|basic|digest|token)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"([?&][\w-]*(?:token|key|secret|password|signature|sig)=)[^&\s'\"]+", re.IGNORECASE),
)
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")


_LONGEST_SHOWN = 80


def shortened(value: object) -> str:
    """What was found, as far as it fits into a line."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def without_userinfo(text: str) -> str:
    """An address, or what a client says of one.

    A password with a slash in it, which no client takes, is known by standing where a port would.
    """
    return _USERINFO.sub("", _BROKEN_USERINFO.sub("", text)) if "@" in text else text


def without_path(url: str) -> str:
    """Scheme and host: what follows them is a secret in the addresses of some services."""
    shown = without_userinfo(url)
    scheme, separator, rest = shown.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}{slash}{'…' if path else ''}"


def shown_url(url: str) -> str:
    """A URL without its query and fragment too, where tokens stand."""
    return re.split(r"[?#]", without_userinfo(url), maxsplit=1)[0]


def without_secrets(text: str) -> str:
    """What somebody says of a request, without passwords in addresses and tokens in headers and queries."""
    for pattern in _TOKENS:
        text = pattern.sub(r"\1…", text)
    return without_userinfo(text)


def without_quotations(text: str) -> str:
    """What a parser says, not what it found: ``found undefined alias '…'``; signs and kinds of token stay."""
    return _QUOTED.sub(lambda found: found[0] if _is_harmless(found[0][1:-1]) else "'…'", text)


def _is_harmless(quoted: str) -> bool:
    return len(quoted) < 2 or quoted.startswith(("<", "\\"))
