"""Faults that sit on the line between the shop and one server."""

from commerce_app.faults.fault import Fault, Server


class LineFault(Fault):
    """Needs a proxy before ``target``, and hits nothing else."""

    target: Server

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.target,)

    @property
    def proxied(self) -> tuple[str, ...]:
        return (self.target,)
