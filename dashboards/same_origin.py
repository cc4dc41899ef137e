"""Keeps pages of other sites from acting or reading here in the browser of somebody who visits them."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.listen import EVERYWHERE, Address

READING = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED = frozenset({"/slack/actions"})  # verified by its signature, under whatever name Slack knows us
_LOOPBACK = "localhost"
_FOREIGN = (
    "refused: the request came from another site's page. Open the page here and press the button there; "
    "behind a proxy, pass the Host header on or set alerts.base_url"
)


@dataclass(frozen=True)
class Names:
    """The names that this server is asked by.

    hosts: beside IP addresses, localhost and names without a dot, which nobody else can point at us.
    outer: host and port of the configured address, as browsers behind a proxy name it; may be empty.
    any_host: nothing says what a server on every interface is called, so any name is right.
    """

    hosts: frozenset[str]
    outer: str = ""
    any_host: bool = False

    @classmethod
    def of(cls, address: Address, base_url: str) -> "Names":
        """Those of a server that listens there. base_url: the address itself where none is configured."""
        outer = urlsplit(base_url)
        unset = base_url.rstrip("/") == address.url
        return cls(
            frozenset({address.host.lower(), (outer.hostname or "").lower()} - EVERYWHERE),
            outer="" if unset else outer.netloc.lower(),
            any_host=unset and not _is_loopback(address.host),
        )

    def know(self, host: str) -> bool:
        """Whether a Host header names us. A name that somebody else owns may be pointed here (rebinding)."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return self.any_host or "." not in name or name in self.hosts or _is_address(name)


class SameOrigin:
    """ASGI middleware: 403 for what a page of another site asks. What is no browser passes."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in SIGNED:
            await self._app(scope, receive, send)
            return
        reason = refusal(scope["method"], Headers(scope=scope), self._names)
        answer = JSONResponse({"error": reason}, 403) if reason else self._app
        await answer(scope, receive, send)


def refusal(method: str, headers: Mapping[str, str], names: Names) -> str:
    """Why a request is refused; empty when it is not.

    Browsers name the origin of everything that is no plain reading: what names none there is a machine.
    headers: names in lower case.
    """
    origin, site, host = headers.get("origin"), headers.get("sec-fetch-site"), headers.get("host", "").lower()
    if method not in READING and origin is None and site is None:
        return ""
    if not names.know(host):
        return (
            f"refused: the Host {host!r} is no name of this server; "
            "set alerts.base_url to the address that people open"
        )
    if method in READING:
        return ""
    if site is not None:  # a page cannot set this one, and no proxy changes it
        return "" if site in {"same-origin", "none"} else _FOREIGN
    return "" if _netloc(origin or "") in {host, names.outer} - {""} else _FOREIGN


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == _LOOPBACK or (_is_address(host) and ip_address(host).is_loopback)
