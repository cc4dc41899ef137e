"""Who may call the proxies' API: programs, and no page that a browser shows."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from commerce_app.loopback import host_of, is_nobodys_page


class Callers:
    """Pure ASGI middleware; ``names`` are those of this machine that the Host header may have."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = refusal(Headers(scope=scope), self._names) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": reason, "status": 403}, 403)(scope, receive, send)


def refusal(headers: Mapping[str, str], names: frozenset[str]) -> str | None:
    """Why a request with these headers is not a program's; None when it may be."""
    if "origin" in headers:
        return "Origin: expected none: no web page may change faults"
    if headers.get("user-agent", "").startswith("Mozilla/"):
        return "User-Agent: expected a program's, got a browser's"
    host = headers.get("host", "")
    if not is_nobodys_page(host) and host_of(host) not in names:
        return f"Host: expected an address, localhost or a name given by --api-name, got {host:.100}"
    return None
