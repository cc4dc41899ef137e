"""The cache's keys, seen from outside the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import redis

from commerce_app.faults.errors import FaultError
from commerce_app.faults.site import Site

BATCH_KEYS = 500
ANSWER_SECONDS = 10.0


@contextmanager
def cache_client(site: Site) -> Iterator["redis.Redis"]:
    """A connection that goes to the server itself, past the proxy; raises FaultError for what it says."""
    try:
        with redis.Redis.from_url(site.servers.valkey.url, socket_timeout=ANSWER_SECONDS) as client:
            yield client
    except redis.RedisError as error:
        raise FaultError(f"redis: {error}") from error


def align_expiry(client: "redis.Redis", match: str, in_seconds: float) -> int:
    """Have keys expire together by the server's clock; returns how many now do.

    SCAN in batches: the server answers others in between.
    """
    seconds, microseconds = client.time()
    at_ms = round((seconds + microseconds / 1e6 + in_seconds) * 1000)
    aligned = 0
    found = client.scan_iter(match, count=BATCH_KEYS)
    while keys := list(islice(found, BATCH_KEYS)):
        batch = client.pipeline(transaction=False)
        for key in keys:
            batch.pexpireat(key, at_ms, lt=True)
        aligned += sum(batch.execute())
    return aligned
