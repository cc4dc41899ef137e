"""Which processes the exporter counts together, told to it through a file."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from commerce_app.stack.process import Child
from commerce_app.stack.stack import Servers


@dataclass(frozen=True)
class Group:
    """Process trees by their first pids, and the cores that they can use.

    share: cores of the reference speed that they are held to (``allowance.py``); None: they are not.
    """

    pids: tuple[int, ...]
    cores: int
    share: float | None = None


def server_groups(
    servers: Servers, beside_replica: Iterable[int] = (), replica_share: float | None = None
) -> dict[str, Group]:
    """The stack's own groups.

    beside_replica: processes that share the replica's core: its CPU time is the core's.
    """
    cores = len(os.sched_getaffinity(0))
    return {
        "postgres-primary": Group((servers.primary.child.pid,), cores),
        # Pinned to one core by the stack.
        "postgres-replica": Group((servers.replica.child.pid, *beside_replica), 1, replica_share),
        "valkey": Group((servers.valkey.child.pid,), cores),
    }


def one_core_group(child: Child) -> Group:
    """A Python program with one event loop cannot use a second core."""
    return Group((child.pid,), 1)


def write_groups(path: Path, groups: Mapping[str, Group]) -> None:
    """Replaces the file whole, as the exporter may read at any moment."""
    text = json.dumps({name: asdict(group) for name, group in groups.items()})
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


def read_groups(path: Path) -> dict[str, Group]:
    """What was written. Raises OSError, ValueError, TypeError."""
    content = json.loads(path.read_text())
    return {name: Group(**{**group, "pids": tuple(group["pids"])}) for name, group in content.items()}
