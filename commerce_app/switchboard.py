"""All switches as they really are: those of this process, and the one whose state is in the database."""

from collections.abc import Mapping
from datetime import datetime

from commerce_app.database.indexes import ProductIndexes
from commerce_app.errors import ShopError
from commerce_app.switches import Flip, Switch, Switches


class Switchboard:
    def __init__(self, switches: Switches, indexes: ProductIndexes) -> None:
        self._switches = switches
        self._indexes = indexes

    async def states(self) -> dict[str, bool | None]:
        """By the switches' names; None while the database does not say."""
        try:
            present: bool | None = await self._indexes.present()
        except ShopError:
            present = None
        return {**self._switches.states(), Switch.PRODUCT_INDEXES.value: present}

    async def flip(self, wanted: Mapping[Switch, bool]) -> list[Flip]:
        """Bring them to the wanted states; returns those that changed.

        The database comes first: what fails there is raised, and leaves every switch as it was.
        """
        index = wanted.get(Switch.PRODUCT_INDEXES)
        built = index is not None and await self._indexes.bring(index)
        flips = [flip for flip in self._switches.set(wanted) if flip.switch != Switch.PRODUCT_INDEXES]
        return [*flips, Flip(Switch.PRODUCT_INDEXES, bool(index))] if built else flips

    async def mirror(self, _: datetime) -> None:
        """Take over what other processes did to the database; raises ShopError."""
        self._switches.set({Switch.PRODUCT_INDEXES: await self._indexes.present()})
