"""Answers that are kept come first: they are given although the request itself could not be let in."""

from collections.abc import Awaitable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.errors import LoadShedError, ShopError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.resilience.rates import ROUTE_LIMIT


class Replays:
    def __init__(self, primary: AsyncEngine, keys: IdempotencyKeys) -> None:
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._keys = keys

    async def unless(self, entry: Awaitable[None], key: RequestKey | None) -> Answer | None:
        """None once the request is let in. If it is not, the answer its key has, else why it is not.

        Only then is the key looked up, so that a request that is new pays nothing for it. Raises what the key
        does, InFlightError (409) and RejectedError (422).
        """
        try:
            await entry
        except (ShopError, SQLAlchemyError, OSError) as refusal:
            kept = None if key is None or _is_crowd(refusal) else await self._find(key, refusal)
            if kept is None:
                raise
            return kept
        return None

    async def _find(self, key: RequestKey, refusal: Exception) -> Answer | None:
        try:
            async with self._primary.connect() as connection:
                return await self._keys.find(connection, key)
        except (SQLAlchemyError, OSError) as error:
            raise refusal from error


def _is_crowd(refusal: Exception) -> bool:
    """Whether all together ask too often: then each that is turned away must cost the primary nothing."""
    return isinstance(refusal, LoadShedError) and refusal.reason == ROUTE_LIMIT
