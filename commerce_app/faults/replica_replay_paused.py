"""The replica receives and no longer replays: its reads are frozen in time."""

from typing import ClassVar, Literal

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site
from commerce_app.faults.sql import execute


class ReplicaReplayPaused(Fault):
    effect: ClassVar[str] = "the replica answers with ever older data (`pg_wal_replay_pause`)"
    hits: ClassVar[tuple[str, ...]] = ("replica",)

    type: Literal["replica_replay_paused"]

    def begin(self, site: Site, name: str) -> None:
        execute(site.servers.replica.url, "SELECT pg_wal_replay_pause()")

    def heal(self, site: Site, name: str) -> None:
        execute(site.servers.replica.url, "SELECT pg_wal_replay_resume()")
