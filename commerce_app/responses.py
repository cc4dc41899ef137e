"""How answers are written: bodies that are JSON already, and errors."""

import orjson
from starlette.responses import Response

from commerce_app.errors import ShopError


def json_response(body: bytes, status: int = 200) -> Response:
    """A body that is encoded already, as the cache keeps it."""
    return Response(body, status_code=status, media_type="application/json")


def error_body(error: ShopError) -> bytes:
    """``{"error": …, "error_type": …}``; a text that names what was sent may hold what no JSON can."""
    text = str(error).encode(errors="backslashreplace").decode()
    return orjson.dumps({"error": text, "error_type": error.error_type})


def error_response(error: ShopError) -> Response:
    """The body of an error, with Retry-After where waiting helps."""
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(
        error_body(error), status_code=error.status, headers=headers, media_type="application/json"
    )
