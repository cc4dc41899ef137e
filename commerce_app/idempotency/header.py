"""The header ``Idempotency-Key``: honoured whenever it is sent, demanded while the switch is on."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from pydantic import BaseModel

from commerce_app.errors import RejectedError
from commerce_app.switches import Switch, Switches

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class RequestKey:
    """``scope`` names the operation and the user, so that nobody meets another's key."""

    scope: str
    key: str
    fingerprint: str


def key_reader(switches: Switches) -> Callable[[Request], str | None]:
    """A FastAPI dependency; raises RejectedError (400)."""

    def read(request: Request) -> str | None:
        key = request.headers.get(HEADER)
        if key is None:
            if switches.on(Switch.IDEMPOTENCY_KEYS):
                raise RejectedError(400, f"{HEADER}: expected a key of the request's own, got none")
            return None
        if not KEY.fullmatch(key):
            raise RejectedError(400, f"{HEADER}: expected 1 to 255 printable ASCII characters without spaces")
        return key

    return read


def request_key(key: str | None, operation: str, user_id: int, request: BaseModel) -> RequestKey | None:
    """The key within its scope, beside what the request asks for; None without one."""
    if key is None:
        return None
    fingerprint = hashlib.sha256(f"{operation} {request.model_dump_json()}".encode()).hexdigest()
    return RequestKey(f"{operation.split('/', 1)[0]}:{user_id}", key, fingerprint)
