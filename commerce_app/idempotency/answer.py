"""An answer as it is kept under a key and sent again: status and encoded body."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from starlette.responses import Response

from commerce_app.errors import ShopError
from commerce_app.responses import error_body, json_response

REPLAY_HEADER = "Idempotent-Replay"


@dataclass(frozen=True)
class Answer:
    """``replayed``: somebody has had it before."""

    status: int
    body: bytes
    replayed: bool = False

    @classmethod
    def created(cls, content: Mapping[str, object]) -> "Answer":
        return cls(201, orjson.dumps(content))

    @classmethod
    def rejection(cls, error: ShopError) -> "Answer":
        return cls(error.status, error_body(error))

    def response(self) -> Response:
        response = json_response(self.body, self.status)
        if self.replayed:
            response.headers[REPLAY_HEADER] = "true"
        return response
