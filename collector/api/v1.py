"""Prometheus' HTTP API v1 on Starlette: the embedded engine answers, or the remote one is asked."""

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from collector.api import queries, status
from collector.api.encode import encode_data, encode_error
from collector.api.metrics import own_metrics
from collector.api.request import BodyTooLargeError, Parameters, read_parameters
from collector.api.write import WriteApi
from collector.app import Collector
from collector.errors import CollectorError, ConfigError, QueryError
from collector.remote import RemoteQuerier

logger = logging.getLogger(__name__)

_STATUSES = {
    "bad_data": 400,
    "execution": 422,
    "canceled": 503,
    "timeout": 503,
    "unavailable": 503,
    "not_found": 404,
    "internal": 500,
}
_GZIP_FROM_BYTES = 1400  # less goes in one packet as it is
_GZIP_HEADER = 16
_SHORT_BITS = 12
_JSON = "application/json"
_Endpoint = Callable[[Request], Awaitable[Response]]
_TEXT = "text/plain; version=0.0.4; charset=utf-8"

_QUERIES: dict[str, queries.Answering] = {
    "query": queries.query,
    "query_range": queries.query_range,
    "query_exemplars": queries.query_exemplars,
    "series": queries.series,
    "labels": queries.label_names,
}
_STATUS: dict[str, Callable[[Collector, Parameters], dict[str, Any]]] = {
    "alerts": status.alerts,
    "metadata": status.metadata,
    "rules": status.rules,
    "status/buildinfo": status.build_info,
    "status/config": status.config,
    "status/flags": status.flags,
    "status/runtimeinfo": status.runtime_info,
    "status/tsdb": status.tsdb_status,
    "targets": status.targets,
}
_FROM_REMOTE = {"metadata", "status/buildinfo", "status/tsdb"}


def routes(collector: Collector) -> list[BaseRoute]:
    """Routes for any Starlette application, to be mounted at its root."""
    api = _Api(collector)
    both = ["GET", "POST"]
    query, state = _told(api.query), _told(api.status)
    return [
        *(Route(f"/api/v1/{path}", query, name=path, methods=both) for path in _QUERIES),
        *(Route(f"/api/v1/{path}", state, name=path, methods=["GET"]) for path in _STATUS),
        Route("/api/v1/label/{name}/values", _told(api.label_values), methods=["GET"]),
        Route("/-/healthy", api.healthy, methods=["GET", "HEAD"]),
        Route("/-/ready", api.ready, methods=["GET", "HEAD"]),
        Route("/-/reload", api.reload, methods=["POST", "PUT"]),
        Route("/api/v1/write", WriteApi(collector).write, methods=["POST"]),
        Route("/metrics", api.metrics, methods=["GET"]),
    ]


class _Api:
    """The endpoints. Answers are made, encoded and packed on the query threads; the loop only sends."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._timeout_seconds = collector.options.limits.timeout_seconds

    async def query(self, request: Request) -> Response:
        path = str(request.scope["path"]).rpartition("/api/v1/")[2]
        parameters = await read_parameters(request)
        if (remote := self._remote()) is not None:
            return await self._forwarded(remote, request, parameters)
        timeout = parameters.timeout(self._timeout_seconds)
        return await self._answered(
            request, lambda left: _QUERIES[path](self._collector, parameters, left), timeout
        )

    async def label_values(self, request: Request) -> Response:
        name, parameters = request.path_params["name"], await read_parameters(request)
        if (remote := self._remote()) is not None:
            return await self._forwarded(remote, request, parameters)
        return await self._answered(
            request, lambda left: queries.label_values(self._collector, parameters, name, left)
        )

    async def status(self, request: Request) -> Response:
        path = str(request.scope["path"]).rpartition("/api/v1/")[2]
        parameters = await read_parameters(request)
        remote = self._remote()
        if remote is not None and (
            path in _FROM_REMOTE or (path == "targets" and not self._collector.pool.scrapers)
        ):
            return await self._forwarded(remote, request, parameters)
        return await self._answered(
            request, lambda _left: encode_data(_STATUS[path](self._collector, parameters))
        )

    async def healthy(self, _request: Request) -> Response:
        return Response("Fireline is Healthy.\n", media_type="text/plain")

    async def ready(self, _request: Request) -> Response:
        if not self._collector.is_ready:
            return Response("Fireline is not ready.\n", 503, media_type="text/plain")
        collector = self._collector
        if reason := collector.ingester.storing.reason or collector.unevaluated() or collector.unready():
            return Response(f"Fireline is not ready: {reason}\n", 503, media_type="text/plain")
        return Response("Fireline is Ready.\n", media_type="text/plain")

    async def reload(self, _request: Request) -> Response:
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._collector.reload_from_file)
        except ConfigError as error:
            return Response(f"failed to reload config: {error}\n", 500, media_type="text/plain")
        return Response(b"")

    async def metrics(self, _request: Request) -> Response:
        return Response(own_metrics(self._collector), media_type=_TEXT)

    def _remote(self) -> RemoteQuerier | None:
        querier = self._collector.querier
        return querier if isinstance(querier, RemoteQuerier) else None

    async def _answered(
        self, request: Request, answer: Callable[[float], bytes], timeout_seconds: float | None = None
    ) -> Response:
        """answer: is given the seconds that are left when its turn comes."""
        packed = "gzip" in request.headers.get("accept-encoding", "")
        return await self._collector.queries.run(
            lambda left: _response(200, answer(left), packed), timeout_seconds or self._timeout_seconds
        )

    async def _forwarded(self, remote: RemoteQuerier, request: Request, parameters: Parameters) -> Response:
        def ask(_left_seconds: float) -> Response:
            forwarded = remote.forward(request.method, request.url.path, parameters.pairs)
            return Response(forwarded.body, forwarded.status, media_type=forwarded.content_type or _JSON)

        return await self._collector.queries.run(ask, self._timeout_seconds)


def _told(endpoint: _Endpoint) -> _Endpoint:
    """The endpoint, with whatever it raises told as Prometheus tells errors."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return _error(400, "canceled", "the request broke off")
        except BodyTooLargeError as error:
            return _error(413, error.kind, str(error))
        except QueryError as error:
            return _error(_STATUSES.get(error.kind, 500), error.kind, str(error))
        except CollectorError as error:
            return _error(500, "internal", str(error))
        except Exception as error:  # whatever it is, who asked is answered in JSON
            logger.exception("%s failed", request.url.path)
            return _error(500, "internal", f"unexpected error: {error!r}")

    return answer


def _error(status: int, kind: str, said: str) -> Response:
    return _response(status, encode_error(kind, said), False)


def _response(status: int, body: bytes, packed: bool) -> Response:
    if not packed or len(body) < _GZIP_FROM_BYTES:
        return Response(body, status, media_type=_JSON)
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(_gzipped(body), status, headers=headers, media_type=_JSON)


def _gzipped(body: bytes) -> bytes:
    """A short body's window is short too: to set up a long one takes longer than the packing."""
    is_short = len(body) <= 2**_SHORT_BITS
    bits, memory = (_SHORT_BITS, _SHORT_BITS - 7) if is_short else (zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP_HEADER + bits, memory)
    return packer.compress(body) + packer.flush()
