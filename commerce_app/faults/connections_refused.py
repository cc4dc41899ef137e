"""A server that nobody listens for: toxiproxy's `down`."""

from typing import ClassVar, Literal

from commerce_app.faults.line import LineFault
from commerce_app.faults.site import Site


class ConnectionsRefused(LineFault):
    """Connections there are reset, new ones refused; the server itself runs on and keeps its data."""

    effect: ClassVar[str] = "connections to `target` are reset and new ones refused; the server runs on"

    type: Literal["connections_refused"]

    def begin(self, site: Site, name: str) -> None:
        site.proxies.enable(self.target, enabled=False)

    def heal(self, site: Site, name: str) -> None:
        site.proxies.enable(self.target, enabled=True)
