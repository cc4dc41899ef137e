"""The replica replays each commit some time after it was made."""

from typing import ClassVar, Literal

from pydantic import Field

from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site
from commerce_app.faults.sql import execute

_RELOAD = "SELECT pg_reload_conf()"


class ReplicaReplayDelayed(Fault):
    effect: ClassVar[str] = "the replica shows each commit `delay_seconds` late (`recovery_min_apply_delay`)"
    hits: ClassVar[tuple[str, ...]] = ("replica",)

    type: Literal["replica_replay_delayed"]
    delay_seconds: float = Field(gt=0, le=3600)

    def begin(self, site: Site, name: str) -> None:
        delay_ms = round(self.delay_seconds * 1000)
        setting = f"ALTER SYSTEM SET recovery_min_apply_delay = '{delay_ms}ms'"
        execute(site.servers.replica.url, setting, _RELOAD)

    def heal(self, site: Site, name: str) -> None:
        execute(site.servers.replica.url, "ALTER SYSTEM RESET recovery_min_apply_delay", _RELOAD)
