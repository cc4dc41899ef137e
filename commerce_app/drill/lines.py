"""Where the shop connects to each server: through a proxy where a fault of the scenario needs one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commerce_app.faults.proxy_client import ProxyClient
from commerce_app.stack.ports import LOOPBACK, free_port
from commerce_app.stack.stack import Servers


@dataclass(frozen=True)
class Lines:
    """``proxies``: the port of the proxy before each server that has one."""

    servers: Servers
    proxies: Mapping[str, int]

    def direct(self) -> dict[str, str]:
        """The servers themselves, as settings of the shop: for commands that are no part of an act."""
        return self._environment({})

    def environment(self) -> dict[str, str]:
        """The servers as the shop under test reaches them."""
        return self._environment(self.proxies)

    def open(self, proxies: ProxyClient) -> None:
        """Have the proxies listen. Raises FaultError."""
        for server, port in self.proxies.items():
            proxies.create(server, f"{LOOPBACK}:{port}", f"{LOOPBACK}:{self._ports[server]}")

    @property
    def _ports(self) -> Mapping[str, int]:
        servers = self.servers
        return {
            "primary": servers.primary.port,
            "replica": servers.replica.port,
            "redis": servers.valkey.port,
        }

    def _environment(self, proxies: Mapping[str, int]) -> dict[str, str]:
        ports = {**self._ports, **proxies}
        servers = self.servers
        return {
            "DATABASE_URL": servers.primary.url_at(ports["primary"]),
            "REPLICA_URL": servers.replica.url_at(ports["replica"]),
            "REDIS_URL": servers.valkey.url_at(ports["redis"]),
        }


def plan_lines(servers: Servers, proxied: Iterable[str]) -> Lines:
    """A free port for each proxy."""
    return Lines(servers, {server: free_port() for server in proxied})
