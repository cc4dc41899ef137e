"""Ports of this machine's loopback address."""

import secrets
import socket
from contextlib import suppress
from itertools import count

LOOPBACK = "127.0.0.1"
# Below those that Linux gives to connections going out, which would take a port before its server does.
FIRST, PORTS = 20_000, 12_000

_turns = count(secrets.randbelow(PORTS))


def free_port() -> int:
    """A port that nothing listened on a moment ago, another at each call.

    Raises OSError when none of them is free.
    """
    for _ in range(PORTS):
        port = FIRST + next(_turns) % PORTS
        with suppress(OSError), socket.socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
    raise OSError(f"no free port from {FIRST} to {FIRST + PORTS - 1} on {LOOPBACK}")


def is_listening(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
