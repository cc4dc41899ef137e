"""The network is cut between the shop and one server."""

from typing import ClassVar, Literal

from commerce_app.faults.line import LineFault
from commerce_app.faults.proxy.toxics import STREAMS
from commerce_app.faults.site import Site


class Partition(LineFault):
    """Nothing passes in either direction, and neither side is told."""

    effect: ClassVar[str] = "nothing passes between the shop and `target`, both ways, and nobody is told"

    type: Literal["partition"]

    def begin(self, site: Site, name: str) -> None:
        for stream in STREAMS:
            site.proxies.add_toxic(
                self.target, {"name": f"{name}-{stream}", "type": "timeout", "stream": stream}
            )

    def heal(self, site: Site, name: str) -> None:
        for stream in STREAMS:
            site.proxies.remove_toxic(self.target, f"{name}-{stream}")
