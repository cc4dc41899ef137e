"""How every route of alerts answers an error: one line of JSON with the right status."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from alerts.errors import RequestError, StorageError

BODY_LIMIT_BYTES = 10_000_000
Model = TypeVar("Model", bound=BaseModel)
log = logging.getLogger(__name__)


class AlertsRoute(APIRoute):
    """A route whose errors are answered by this package, whatever application it is mounted in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestError as error:
                return JSONResponse({"error": str(error)}, error.status)
            except RequestValidationError as error:
                return JSONResponse({"error": _explained(error.errors()[0])}, 400)
            except StorageError as error:
                log.error("%s %s: %s", request.method, request.url.path, error)  # noqa: TRY400  # one line each
                return JSONResponse({"error": str(error)}, 503)

        return answer


def _explained(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"] if part not in {"body", "query", "path"})
    message = _length(problem) or str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _length(problem: Mapping[str, Any]) -> str:
    """Of a text that is too long or too short, which pydantic takes for a list of items; empty of others."""
    if not isinstance(problem["input"], str) or problem["type"] not in {"too_long", "too_short"}:
        return ""
    most, found = problem["ctx"].get("max_length"), problem["ctx"]["actual_length"]
    return f"expected a text of at most {most} characters, found {found}" if most else "expected a text"


async def read_body(request: Request, what: str) -> bytes:
    """The raw body of a request.

    Raises:
        RequestError: 413 for one that is too large.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise RequestError(f"{what}: expected a body of at most {BODY_LIMIT_BYTES} bytes", status=413)
    return bytes(body)


async def read_model(request: Request, what: str, model: type[Model]) -> Model:
    """The JSON body as a model, whatever its content type says; no body at all reads as an empty object.

    Raises:
        RequestError: 413 for a body that is too large, 400 with the first thing that is wrong with it.
    """
    body = await read_body(request, what)
    try:
        return model.model_validate(orjson.loads(body or b"{}"))
    except orjson.JSONDecodeError as error:
        raise RequestError(f"{what}: expected JSON: {error}") from error
    except ValidationError as error:
        raise RequestError(_explained(error.errors()[0])) from error


async def read_json(request: Request, what: str) -> object:
    """The decoded body of a request, whatever its content type says.

    Raises:
        RequestError: 413 for a body that is too large, 400 for one that is not JSON.
    """
    body = await read_body(request, what)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestError(f'parsing {what} body from "" failed, because {error}') from error
