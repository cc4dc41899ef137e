"""The faults that are in force, so that none is forgotten."""

from commerce_app.faults.errors import FaultError
from commerce_app.faults.fault import Fault
from commerce_app.faults.site import Site
from commerce_app.stack.errors import StackError


class ActiveFaults:
    """Begun under a name each, healed by it, or all together in reverse."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._active: dict[str, Fault] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which they began."""
        return tuple(self._active)

    def begin(self, name: str, fault: Fault) -> None:
        """Raises FaultError, StackError; what was begun half is healed with the rest."""
        self._active[name] = fault
        fault.begin(self._site, name)
        if fault.is_instant:
            del self._active[name]

    def heal(self, name: str) -> None:
        """Raises FaultError, StackError; nothing happens when it is not in force."""
        fault = self._active.get(name)
        if fault is not None:
            fault.heal(self._site, name)
            del self._active[name]

    def heal_all(self) -> list[str]:
        """Tries every one, the last begun first; returns what could not be healed, in words."""
        left = []
        for name in reversed(self.names):
            try:
                self.heal(name)
            except (FaultError, StackError) as error:
                left.append(not_healed(name, error))
        return left


def not_healed(name: str, error: FaultError | StackError) -> str:
    """What is said of the fault ``name`` that could not be healed."""
    return f"{name}: not healed: {error}"
