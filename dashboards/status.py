"""``GET /api/v1/status/fireline``: which Fireline this is, and in which language and zone it tells."""

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.config import FirelineConfig

PATH = "/api/v1/status/fireline"


def status_routes(config: FirelineConfig) -> list[BaseRoute]:
    """The one route."""
    said = {"version": version("fireline"), "language": config.language, "time_zone": config.zone.key}

    async def status(_: Request) -> Response:
        return JSONResponse(said)

    return [Route(PATH, status)]
