"""Why a value is loaded in the background: the label of ``cache_refreshes_total``."""

from enum import StrEnum


class Cause(StrEnum):
    EARLY = "early"  # its TTL ends soon
    STALE = "stale"  # its TTL is over, and it was served
    SCHEDULE = "schedule"
    CORRECTION = "correction"  # it may be wrong since a price changed
