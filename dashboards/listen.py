"""The address that ``fireline up`` serves on: taken before anything else is started."""

import socket
from dataclasses import dataclass

from dashboards.errors import SettingsError

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  # recognised, not bound unless asked for


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def parse_address(text: str) -> Address:
    """``HOST:PORT``, ``[::1]:PORT`` or ``:PORT`` for every interface.

    Raises:
        SettingsError: for anything else.
    """
    host, separator, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise SettingsError(f"--listen: expected HOST:PORT such as 127.0.0.1:9600, found {text!r}")
    return Address(host, int(port))


def listening_socket(address: Address) -> tuple[socket.socket, Address]:
    """A socket that accepts connections there, and the address with the port it got.

    Raises:
        SettingsError: when the port is taken, or the host is not this machine.
    """
    shown = f"{address.host}:{address.port}"
    try:
        family = socket.getaddrinfo(address.host or None, address.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((address.host, address.port), family=family, backlog=1024)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"--listen {shown}: expected an address that is free: {reason}") from error
    return listener, Address(address.host, listener.getsockname()[1])
