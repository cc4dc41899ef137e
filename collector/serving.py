"""A collector on a port of its own, and the signals that it heeds."""

import logging
import signal
import socket
import threading

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from collector.allocator import keep_freed_memory
from collector.api.v1 import routes
from collector.app import Collector
from collector.errors import ConfigError
from collector.http_server import KEEP_ALIVE_SECONDS, BoundedHttp

logger = logging.getLogger(__name__)


def bind(host: str, port: int) -> socket.socket:
    """Binds before anything starts, so that a port in use starts nothing.

    Raises:
        ConfigError: for an address that is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigError(f"--listen {host}:{port}: {error.strerror}: expected a free address") from error
    return bound


def application(running: Collector) -> Router:
    """The API, and at ``/`` what there is of it: people come there first."""
    served = routes(running)
    paths = "\n".join(sorted(route.path for route in served if isinstance(route, Route)))
    front = f"This is Fireline's collector: Prometheus' HTTP API, without pages.\n\n{paths}\n"

    async def shown(_request: Request) -> Response:
        return PlainTextResponse(front)

    return Router(routes=[*served, Route("/", shown, methods=["GET"])])  # routes tell their errors themselves


def serve_until_stopped(running: Collector, bound: socket.socket, url: str) -> None:
    """Serves on ``bound`` until SIGINT or SIGTERM; SIGHUP reads the configuration again."""
    keep_freed_memory()
    logging.getLogger("stamina").setLevel(logging.ERROR)  # whoever asked says it when retries end
    settings = uvicorn.Config(
        application(running),
        http=BoundedHttp,
        ws="none",
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = uvicorn.Server(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Uvicorn raises what it caught once more when it is done; the collector is yet to be stopped then.
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, lambda *_: threading.Thread(target=_reload, args=(running,)).start())
    logger.info("serving on %s", url)
    server.run(sockets=[bound])


def _reload(running: Collector) -> None:
    try:
        running.reload_from_file()
    except ConfigError as error:
        logger.error("reload refused, the old configuration stays in force: %s", error)  # noqa: TRY400  # no bug
    else:
        logger.info("reloaded")
