"""Watches how far the replica's replay is behind the primary."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg

from commerce_app.database.replay import Mark, Replay, observe
from commerce_app.metrics import Metrics
from commerce_app.resilience.standstill import awake_within

ANSWER_SECONDS = 2.0
# Of what is inserted, not of what is written: with synchronous_commit off a commit is answered before it is.
# What a transaction that goes on has inserted is not sent, on a quiet primary, until its background writer
# comes round after 15 s, though no write that ended is lacking: a mark ($1) that waits for it is helped by a
# message of a few bytes, which ends at once, takes no transaction's number and waits for nothing. One is
# enough: each lengthens the log, and with it what the next mark would wait for.
END_OF_LOG = """
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS lsn,
       CASE WHEN pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') < $1::bigint
            THEN pg_wal_lsn_diff(pg_logical_emit_message(false, 'shop', ''), '0/0')::bigint END AS message_lsn
"""
# A server that is no replica lacks nothing of its own. The lag is postgres_exporter's: at idle the time since
# the last replayed transaction grows although nothing is missing.
REPLAYED = """
SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_insert_lsn() END, '0/0')::bigint AS lsn,
       CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)
       END::float8 AS lag_seconds
"""

log = logging.getLogger(__name__)


class Replication:
    """``replay`` is what is known now; ``watch`` keeps it so.

    Its connections are none of the pools', which may be exhausted.
    """

    def __init__(
        self, primary_url: str, replica_url: str, metrics: Metrics, now: Callable[[], float]
    ) -> None:
        self.replay = Replay()
        self._primary = _Asked("primary", primary_url)
        self._replica = _Asked("replica", replica_url)
        self._metrics = metrics
        self._now = now
        self._message_lsn = 0

    async def watch(self, every_seconds: float) -> None:
        """Look again and again for ever."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(every_seconds)
        finally:
            self.close()

    def close(self) -> None:
        self._primary.drop()
        self._replica.drop()

    async def look(self) -> None:
        """Ask both servers once; one that does not answer within 2 s counts as unreachable.

        What this process itself stands still meanwhile is no part of the 2 s.
        """
        at = self._now()
        end, replayed = await asyncio.gather(
            self._primary.ask(END_OF_LOG, self._unhelped()), self._replica.ask(REPLAYED)
        )
        if end is None:
            # What it was told may be lost with it.
            self._message_lsn = 0
        elif end["message_lsn"] is not None:
            self._message_lsn = end["message_lsn"]
        mark = None if end is None else Mark(at, end["lsn"])
        self.replay = observe(self.replay, mark, None if replayed is None else replayed["lsn"])
        lag_seconds, behind_seconds = math.nan, math.nan
        if replayed is not None:
            lag_seconds, behind_seconds = replayed["lag_seconds"], self.replay.behind_seconds
        self._metrics.replication_lag_seconds.set(lag_seconds)
        self._metrics.replica_behind_seconds.set(behind_seconds)

    def _unhelped(self) -> int:
        """The newest mark that waits, unless a message behind it is on its way already; else 0."""
        newest = self.replay.marks[-1].lsn if self.replay.marks else 0
        return newest if newest > self._message_lsn else 0


class _Asked:
    """One connection, made when it is needed and again after it failed."""

    def __init__(self, server: str, url: str) -> None:
        self._server = server
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._failing = False

    async def ask(self, question: str, *arguments: int) -> Mapping[str, Any] | None:
        """The one row of the answer; None without one. The log tells when that begins and ends."""
        try:
            async with awake_within(ANSWER_SECONDS):
                if self._connection is None:
                    self._connection = await asyncpg.connect(self._url)
                row: Mapping[str, Any] = await self._connection.fetchrow(question, *arguments)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if not self._failing:
                reason = str(error) or type(error).__name__
                log.warning("the %s's position cannot be read: %s", self._server, reason)
            self._failing = True
            self.drop()
            return None
        if self._failing:
            log.warning("the %s's position can be read again", self._server)
        self._failing = False
        return row

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
