"""Every fault by its name, and how one is read from a scenario."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from commerce_app.faults.cache_flushed import CacheFlushed
from commerce_app.faults.connections_refused import ConnectionsRefused
from commerce_app.faults.fault import Fault
from commerce_app.faults.partition import Partition
from commerce_app.faults.primary_restarted import PrimaryRestarted
from commerce_app.faults.process_frozen import ProcessFrozen
from commerce_app.faults.proxy.toxics import KINDS
from commerce_app.faults.redis_restarted import RedisRestarted
from commerce_app.faults.replica_cpu_hogged import ReplicaCpuHogged
from commerce_app.faults.replica_replay_delayed import ReplicaReplayDelayed
from commerce_app.faults.replica_replay_paused import ReplicaReplayPaused
from commerce_app.faults.switches_flipped import SwitchesFlipped
from commerce_app.faults.toxic import ToxicFault
from commerce_app.faults.ttl_aligned import TtlAligned

FAULTS: Mapping[str, type[Fault]] = {
    **dict.fromkeys(KINDS, ToxicFault),
    "partition": Partition,
    "connections_refused": ConnectionsRefused,
    "replica_replay_paused": ReplicaReplayPaused,
    "replica_replay_delayed": ReplicaReplayDelayed,
    "replica_cpu_hogged": ReplicaCpuHogged,
    "primary_restarted": PrimaryRestarted,
    "redis_restarted": RedisRestarted,
    "cache_flushed": CacheFlushed,
    "ttl_aligned": TtlAligned,
    "process_frozen": ProcessFrozen,
    "switches_flipped": SwitchesFlipped,
}


def parse_fault(content: object) -> Fault:
    """A fault from its YAML.

    Raises:
        ValueError: naming the key that is wrong and what was expected.
    """
    if isinstance(content, Fault):
        return content
    if not isinstance(content, Mapping):
        raise ValueError(f"expected a mapping with `type`, got {content!r}")  # noqa: TRY004 -- pydantic's
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in FAULTS:
        raise ValueError(f"type: expected one of {', '.join(sorted(FAULTS))}, got {kind!r}")
    try:
        return FAULTS[kind].model_validate(dict(content))
    except ValidationError as error:
        raise ValueError(_first_problem(error)) from error


def _first_problem(error: ValidationError) -> str:
    problem: Any = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
