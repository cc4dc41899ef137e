"""The cache's keys, seen from outside the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis

from commerce_app.cache.entry import FRESH_UNTIL_BYTES, pack_fresh_until, unpack_fresh_until
from commerce_app.faults.errors import FaultError
from commerce_app.faults.site import Site

BATCH_KEYS = 500
ANSWER_SECONDS = 10.0
# What is read as a time and is none lies almost surely before it, or past the end of its key.
EARLIEST = 1e9
# The shop's clock may be ahead of the server's.
CLOCK_SECONDS = 1.0


@contextmanager
def cache_client(site: Site) -> Iterator["redis.Redis"]:
    """A connection that goes to the server itself, past the proxy; raises FaultError for what it says."""
    try:
        with redis.Redis.from_url(site.servers.valkey.url, socket_timeout=ANSWER_SECONDS) as client:
            yield client
    except redis.RedisError as error:
        raise FaultError(f"redis: {error}") from error


@dataclass(frozen=True)
class Ends:
    """When a key is to be gone, and up to when what it holds is fresh; None: that stays. Unix seconds."""

    expires_at: float
    fresh_until: float | None = None


def align_expiry(client: "redis.Redis", match: str, in_seconds: float) -> None:
    """Have what the keys hold grow old together, by the server's clock.

    SCAN in batches: the server answers others in between.
    """
    seconds, microseconds = client.time()
    at = seconds + microseconds / 1e6 + in_seconds
    found = client.scan_iter(match, count=BATCH_KEYS)
    while keys := list(islice(found, BATCH_KEYS)):
        batch = client.pipeline(transaction=False)
        for key, ends in zip(keys, _ends(client, keys, at), strict=True):
            if ends.fresh_until is not None:
                batch.setrange(key, 0, pack_fresh_until(ends.fresh_until))
            batch.pexpireat(key, round(ends.expires_at * 1000), lt=True)
        batch.execute()


def aligned(head: bytes, expires_at: float, at: float) -> Ends:
    """The ends of a key whose value begins with ``head``, as if it had been filled to be fresh until ``at``.

    An entry of the cache is kept as long past its time as it was to be; of anything else the key expires.
    """
    fresh_until = unpack_fresh_until(head)
    if fresh_until is None or not EARLIEST <= fresh_until <= expires_at + CLOCK_SECONDS:
        return Ends(at)
    if fresh_until <= at:
        return Ends(expires_at)
    return Ends(at + max(0.0, expires_at - fresh_until), at)


def _ends(client: "redis.Redis", keys: list[Any], at: float) -> Iterator[Ends]:
    batch = client.pipeline(transaction=False)
    for key in keys:
        batch.getrange(key, 0, FRESH_UNTIL_BYTES - 1)
        batch.pexpiretime(key)
    answers = iter(batch.execute(raise_on_error=False))
    for head, expires_ms in zip(answers, answers, strict=True):
        # An error is that of a key that holds no string: no entry either.
        yield aligned(head if isinstance(head, bytes) else b"", expires_ms / 1000, at)
