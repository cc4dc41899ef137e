"""What the stack is made of, for the record: programs, versions, places, the machine."""

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from commerce_app.stack.binaries import k6_program
from commerce_app.stack.postgres import SETTINGS
from commerce_app.stack.process import Child
from commerce_app.stack.stack import Servers

VERSION_SECONDS = 10.0


def describe(servers: Servers) -> dict[str, Any]:
    """JSON of the running servers and of the machine below them."""
    primary, replica, valkey = servers.primary, servers.replica, servers.valkey
    return {
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "servers": {
            "valkey": _server(valkey.child, valkey.port, _version(valkey.program)),
            "postgres-primary": _server(primary.child, primary.port, _version(primary.program)),
            "postgres-replica": _server(replica.child, replica.port, _version(replica.program)),
        },
        "postgres_settings": dict(SETTINGS),
        "k6": _version(k6_program(), "version"),
    }


def _server(child: Child, port: int, version: str) -> dict[str, Any]:
    return {
        "version": version,
        "pid": child.pid,
        "port": port,
        "nice": os.getpriority(os.PRIO_PROCESS, child.pid),
        "cpus": sorted(os.sched_getaffinity(child.pid)),
    }


def _version(program: Path, flag: str = "--version") -> str:
    done = subprocess.run(  # noqa: S603 -- a program we run anyway
        [program, flag], capture_output=True, text=True, timeout=VERSION_SECONDS, check=True
    )
    return done.stdout.strip().splitlines()[0]
