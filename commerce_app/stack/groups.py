"""Which processes the exporter counts together, told to it through a file."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from commerce_app.stack.process import Child
from commerce_app.stack.stack import Servers

Group = tuple[tuple[int, ...], int]


def server_groups(servers: Servers, beside_replica: Iterable[int] = ()) -> dict[str, Group]:
    """Pids and number of cores for each of the stack's own groups.

    beside_replica: processes that share the replica's core: its CPU time is the core's.
    """
    cores = len(os.sched_getaffinity(0))
    return {
        "postgres-primary": ((servers.primary.child.pid,), cores),
        # Pinned to one core by the stack.
        "postgres-replica": ((servers.replica.child.pid, *beside_replica), 1),
        "valkey": ((servers.valkey.child.pid,), cores),
    }


def one_core_group(child: Child) -> Group:
    """A Python program with one event loop cannot use a second core."""
    return ((child.pid,), 1)


def write_groups(path: Path, groups: Mapping[str, Group]) -> None:
    """Replaces the file whole, as the exporter may read at any moment."""
    text = json.dumps({name: {"pids": pids, "cores": cores} for name, (pids, cores) in groups.items()})
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)
