"""This machine alone: which addresses nobody else reaches, and which Host no web page can have sent."""

import ipaddress


def is_loopback(host: str) -> bool:
    """``localhost`` or an address of the loopback interface."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_nobodys_page(host_header: str) -> bool:
    """Whether the header names an address or ``localhost``.

    A page reaches this machine by a name of its own that it lets stand for 127.0.0.1 (DNS rebinding);
    its requests carry that name.
    """
    host = host_of(host_header)
    return host == "localhost" or _address(host) is not None


def host_of(host_header: str) -> str:
    """Without port and brackets, in lower case."""
    if host_header.startswith("["):
        return host_header[1:].partition("]")[0].lower()
    return host_header.partition(":")[0].lower()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
