"""What the framework finds wrong with a request, told as the shop tells its own refusals."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException

from commerce_app.errors import RejectedError

NAME_LIMIT = 100


def unread(found: Sequence[Mapping[str, Any]]) -> RejectedError:
    """422 with the first of pydantic's findings: where it is and what was expected, never what was sent."""
    first = found[0]
    if first["type"] == "json_invalid":
        return _not_json()
    place = ".".join(map(_name, first["loc"])) or "body"
    return RejectedError(422, f"{place}: {first['msg']}")


def unserved(error: HTTPException) -> RejectedError:
    """No such path, or no such method there; 400 is what became of a body that the parser gave up."""
    return _not_json() if error.status_code == 400 else RejectedError(error.status_code, error.detail)


def _not_json() -> RejectedError:
    return RejectedError(422, "body: expected JSON")


def _name(part: object) -> str:
    """A key may be of the customer's own making, and of any length."""
    text = str(part)
    return text if len(text) <= NAME_LIMIT else text[:NAME_LIMIT] + "…"
