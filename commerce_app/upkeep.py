"""The loops that keep orders, events, keys and switches in order, wired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.background import Loop, repeat
from commerce_app.idempotency.keys import remove_expired
from commerce_app.metrics import Metrics
from commerce_app.order.repair import Sweeper
from commerce_app.outbox.relay import Relay
from commerce_app.outbox.retention import remove_sent
from commerce_app.product.sales import Sales
from commerce_app.selling import Selling
from commerce_app.switchboard import Switchboard

SWEEP_EVERY_SECONDS = 5.0
RELAY_EVERY_SECONDS = 1.0
EXPIRE_EVERY_SECONDS = 60.0
MIRROR_EVERY_SECONDS = 5.0


def upkeep(
    primary: AsyncEngine,
    selling: Selling,
    switchboard: Switchboard,
    metrics: Metrics,
    now: Callable[[], datetime],
) -> Mapping[str, Loop]:
    """The loops by their names; each runs for ever once it is called."""
    sweeper = Sweeper(primary, selling.compensation, metrics)
    relay = Relay(primary, (Sales(primary),), metrics)

    async def sweep(at: datetime) -> None:
        await sweeper.sweep(at)
        await selling.settlement.settle(primary)

    async def expire(at: datetime) -> None:
        await remove_expired(primary)
        await remove_sent(primary, at)

    return {
        "sweeper": partial(repeat, "sweeping held orders", sweep, now, SWEEP_EVERY_SECONDS),
        "relay": partial(repeat, "sending the outbox", relay.relay, now, RELAY_EVERY_SECONDS),
        "expiry": partial(repeat, "removing what is old", expire, now, EXPIRE_EVERY_SECONDS),
        "indexes": partial(repeat, "looking for indexes", switchboard.mirror, now, MIRROR_EVERY_SECONDS),
    }
