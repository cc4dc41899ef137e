"""toxiproxy's HTTP API over our proxies, so that its clients and scripts work unchanged."""

import json
import random
import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from commerce_app.faults.proxy.callers import Callers
from commerce_app.faults.proxy.relay import Proxy
from commerce_app.faults.proxy.toxics import Toxic, ToxicError, parse_toxic

VERSION = "2.9.0"
ADDRESS = re.compile(r"(\[?[0-9A-Za-z._:%-]*\]?):([0-9]{1,5})", re.ASCII)


class ApiError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class FaultApi:
    """The proxies by name, and the handlers that change them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.proxies: dict[str, Proxy] = {}

    async def add(self, name: str, listen: str, upstream: str) -> Proxy:
        if name in self.proxies:
            raise ApiError(409, "proxy already exists")
        proxy = Proxy(name, parse_address("upstream", upstream), self._chance)
        await _listen(proxy, parse_address("listen", listen))
        self.proxies[name] = proxy
        return proxy

    def app(self, names: frozenset[str] = frozenset()) -> ASGIApp:
        """``names``: what this machine is called by those who call the API, beside its addresses."""
        return Callers(self._routes(), names)

    def _routes(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/version", self.version),
                Route("/reset", self.reset, methods=["POST"]),
                Route("/populate", self.populate, methods=["POST"]),
                Route("/proxies", self.list_proxies),
                Route("/proxies", self.create_proxy, methods=["POST"]),
                Route("/proxies/{proxy}", self.show_proxy),
                Route("/proxies/{proxy}", self.change_proxy, methods=["POST", "PATCH"]),
                Route("/proxies/{proxy}", self.delete_proxy, methods=["DELETE"]),
                Route("/proxies/{proxy}/toxics", self.list_toxics),
                Route("/proxies/{proxy}/toxics", self.create_toxic, methods=["POST"]),
                Route("/proxies/{proxy}/toxics/{toxic}", self.show_toxic),
                Route("/proxies/{proxy}/toxics/{toxic}", self.change_toxic, methods=["POST", "PATCH"]),
                Route("/proxies/{proxy}/toxics/{toxic}", self.delete_toxic, methods=["DELETE"]),
            ],
            exception_handlers={ApiError: _api_error, ToxicError: _toxic_error},
        )

    async def version(self, _: Request) -> Response:
        return JSONResponse({"version": VERSION})

    async def reset(self, _: Request) -> Response:
        for proxy in self.proxies.values():
            for toxic in proxy.toxics:
                proxy.remove(toxic.name)
            if not proxy.enabled:
                await _listen(proxy, proxy.listen)
        return Response(status_code=204)

    async def populate(self, request: Request) -> Response:
        """Makes the proxies of a list; one that is there with other addresses is replaced.

        A list with a mistake in it makes none.
        """
        bodies = await _json(request)
        if not isinstance(bodies, list) or not all(isinstance(body, dict) for body in bodies):
            raise ApiError(400, "body: expected a list of proxies")
        for body in bodies:
            _check(body)
        made = [await self._populate(body) for body in bodies]
        return JSONResponse({"proxies": [show(proxy) for proxy in made]}, status_code=201)

    async def list_proxies(self, _: Request) -> Response:
        return JSONResponse({name: show(proxy) for name, proxy in self.proxies.items()})

    async def create_proxy(self, request: Request) -> Response:
        return JSONResponse(show(await self._create(await _body(request))), status_code=201)

    async def show_proxy(self, request: Request) -> Response:
        return JSONResponse(show(self._proxy(request)))

    async def change_proxy(self, request: Request) -> Response:
        proxy = self._proxy(request)
        body = await _body(request)
        upstream = parse_address("upstream", str(body["upstream"])) if "upstream" in body else proxy.upstream
        listen = parse_address("listen", str(body["listen"])) if "listen" in body else proxy.listen
        wanted = _flag(body, "enabled", there=proxy.enabled)
        if proxy.enabled and (not wanted or (listen, upstream) != (proxy.listen, proxy.upstream)):
            await proxy.stop()
        proxy.upstream = upstream
        if wanted and not proxy.enabled:
            await _listen(proxy, listen)
        return JSONResponse(show(proxy))

    async def delete_proxy(self, request: Request) -> Response:
        proxy = self._proxy(request)
        await proxy.stop()
        del self.proxies[proxy.name]
        return Response(status_code=204)

    async def list_toxics(self, request: Request) -> Response:
        return JSONResponse([toxic.as_json() for toxic in self._proxy(request).toxics])

    async def create_toxic(self, request: Request) -> Response:
        proxy = self._proxy(request)
        toxic = parse_toxic(await _body(request))
        if any(there.name == toxic.name for there in proxy.toxics):
            raise ApiError(409, "toxic already exists")
        proxy.put(toxic)
        return JSONResponse(toxic.as_json())

    async def show_toxic(self, request: Request) -> Response:
        return JSONResponse(self._toxic(request).as_json())

    async def change_toxic(self, request: Request) -> Response:
        there = self._toxic(request).as_json()
        body = await _body(request)
        given = body.get("attributes") or {}
        if not isinstance(given, dict):
            raise ApiError(400, f"attributes: expected an object, got {given!r:.100}")
        attributes = {**there["attributes"], **given}
        toxicity = body.get("toxicity", there["toxicity"])
        toxic = parse_toxic({**there, "toxicity": toxicity, "attributes": attributes})
        self._proxy(request).put(toxic)
        return JSONResponse(toxic.as_json())

    async def delete_toxic(self, request: Request) -> Response:
        self._proxy(request).remove(self._toxic(request).name)
        return Response(status_code=204)

    async def _populate(self, body: dict[str, Any]) -> Proxy:
        there = self.proxies.get(str(body.get("name")))
        if there is None:
            return await self._create(body)
        wanted = tuple(parse_address(key, str(body.get(key, ""))) for key in ("listen", "upstream"))
        if wanted == (there.listen, there.upstream):
            return there
        await there.stop()
        del self.proxies[there.name]
        return await self._create(body)

    async def _create(self, body: dict[str, Any]) -> Proxy:
        enabled = _check(body)
        proxy = await self.add(body["name"], str(body.get("listen", "")), str(body.get("upstream", "")))
        if not enabled:
            await proxy.stop()
        return proxy

    def _proxy(self, request: Request) -> Proxy:
        proxy = self.proxies.get(request.path_params["proxy"])
        if proxy is None:
            raise ApiError(404, "proxy not found")
        return proxy

    def _toxic(self, request: Request) -> Toxic:
        for toxic in self._proxy(request).toxics:
            if toxic.name == request.path_params["toxic"]:
                return toxic
        raise ApiError(404, "toxic not found")


def show(proxy: Proxy) -> dict[str, Any]:
    """The proxy as toxiproxy's JSON."""
    return {
        "name": proxy.name,
        "listen": "{}:{}".format(*proxy.listen),
        "upstream": "{}:{}".format(*proxy.upstream),
        "enabled": proxy.enabled,
        "toxics": [toxic.as_json() for toxic in proxy.toxics],
    }


def parse_address(key: str, text: str) -> tuple[str, int]:
    """``HOST:PORT`` taken apart; raises ApiError naming ``key``."""
    found = ADDRESS.fullmatch(text)
    if found is None or not _is_resolvable(found[1]) or int(found[2]) > 65535:
        raise ApiError(400, f"{key}: expected HOST:PORT, got {text!r:.100}")
    return found[1].strip("[]") or "127.0.0.1", int(found[2])


def _is_resolvable(host: str) -> bool:
    """Whether a resolver takes it; for an empty or a long part it would raise what is no OSError."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _check(body: dict[str, Any]) -> bool:
    """Whether the proxy to be made is enabled; raises ApiError for what is wrong with it."""
    if not isinstance(body.get("name"), str) or not body["name"]:
        raise ApiError(400, "name: expected a name for the proxy")
    for key in ("upstream", "listen"):
        parse_address(key, str(body.get(key, "")))
    return _flag(body, "enabled", there=True)


async def _listen(proxy: Proxy, address: tuple[str, int]) -> None:
    try:
        await proxy.start(*address)
    except OSError as error:
        raise ApiError(409, f"listen: {address[0]}:{address[1]}: {error.strerror or error}") from error


async def _json(request: Request) -> Any:  # noqa: ANN401 -- JSON
    try:
        return json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"body: expected JSON ({error})") from error


def _flag(body: dict[str, Any], key: str, *, there: bool) -> bool:
    value = body.get(key, there)
    if not isinstance(value, bool):
        raise ApiError(400, f"{key}: expected true or false, got {value!r:.100}")
    return value


async def _body(request: Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise ApiError(400, "body: expected a JSON object")
    return body


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text, "status": status}, status_code=status)


async def _api_error(_: Request, error: Exception) -> Response:
    return _error(error.status if isinstance(error, ApiError) else 500, str(error))


async def _toxic_error(_: Request, error: Exception) -> Response:
    return _error(400, str(error))
