"""An order from top to bottom, a saga of three transactions: reserve, pay, confirm; or undo.

docs/decisions/0010-orders-are-sagas.md says why, and what is left when any of it fails.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.errors import ErrorType, RejectedError, ShopError, UnknownOutcomeError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.replays import Replays
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.order.bill import Cart
from commerce_app.order.compensation import Compensation
from commerce_app.order.confirmation import confirm
from commerce_app.order.outcome import confirmed
from commerce_app.order.payment import pay
from commerce_app.order.repeats import Repeats
from commerce_app.order.reservation import Reservations, Reserved
from commerce_app.order.settlement import Settlement
from commerce_app.product.service import Products
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.primary_patience import PrimaryPatience
from commerce_app.resilience.user_limits import UserLimits

CONFIRM_SECONDS = 2.0
UNDO_SECONDS = 2.0

log = logging.getLogger(__name__)


class _Progress:
    """How far an order came: what the request must undo if it fails."""

    reserved: Reserved | None = None


class Orders:
    def __init__(
        self,
        primary: AsyncEngine,
        products: Products,
        reservations: Reservations,
        compensation: Compensation,
        locks: RowLocks,
        *,
        replays: Replays,
        limits: UserLimits,
        admit: Callable[[int], Awaitable[None]],
        patience: PrimaryPatience,
        ordered: Callable[[int], None],
        settlement: Settlement,
        metrics: Metrics,
        now: Callable[[], datetime],
        deadline_seconds: float,
        confirm_seconds: float = CONFIRM_SECONDS,
    ) -> None:
        self._primary = primary
        self._products = products
        self._reservations = reservations
        self._compensation = compensation
        self._locks = locks
        self._replays = replays
        self._limits = limits
        self._admit = admit
        self._patience = patience
        self._ordered = ordered
        self._settlement = settlement
        self._metrics = metrics
        self._repeats = Repeats(now)
        self._now = now
        self._deadline_seconds = deadline_seconds
        self._confirm_seconds = confirm_seconds

    async def place(self, cart: Cart, key: RequestKey | None = None) -> Answer:
        """Sell the cart or nothing of it; raises ShopError, every end counted.

        ``ordered`` is told of each user who has, or may have, an order more.
        """
        self._metrics.checkouts_begun.inc()
        ending: str = ErrorType.INTERNAL
        try:
            answer = await self._sell_or_undo(cart, key)
            ending = "replayed" if answer.replayed else "placed" if answer.status == 201 else "rejected"
        except RejectedError:
            ending = "rejected"
            raise
        except UnknownOutcomeError:
            ending = "unknown"
            raise
        except ShopError as error:
            ending = error.error_type
            raise
        except (SQLAlchemyError, OSError):
            ending = ErrorType.DEPENDENCY
            raise
        finally:
            self._metrics.orders.labels(ending).inc()
            if ending == "placed" and self._repeats.note(cart):
                self._metrics.orders_repeated.inc()
            if ending in {"placed", "unknown"}:
                self._ordered(cart.user_id)
        return answer

    async def _sell_or_undo(self, cart: Cart, key: RequestKey | None) -> Answer:
        progress = _Progress()
        try:
            async with deadline(self._deadline_seconds) as limit:
                kept = await self._replays.unless(self._enter(cart), key)
                if kept is not None:
                    return kept
                # Before its COMMIT is sent the first step has left nothing: it may be made again.
                return await self._patience.run(
                    lambda: self._sell(cart, key, limit, progress), lambda: progress.reserved is None
                )
        except UnknownOutcomeError:
            # It may be confirmed. If it is not, the sweeper undoes it.
            raise
        except Exception as error:
            if progress.reserved is not None:
                await self._undo(progress.reserved, error)
            raise

    async def _enter(self, cart: Cart) -> None:
        """The limits; then the checkout shows every product once more, from the cache like every page."""
        self._limits.admit(cart.user_id)
        await self._admit(cart.user_id)
        for product_id in cart.quantities:
            await self._products.detail(product_id)

    async def _sell(
        self, cart: Cart, key: RequestKey | None, limit: asyncio.Timeout, progress: _Progress
    ) -> Answer:
        async with self._primary.connect() as connection:
            async with connection.begin():
                reserved = await self._reservations.reserve(connection, cart, key, self._now())
                if isinstance(reserved, Answer):
                    return reserved
                # Known before COMMIT: one that is cut short may leave a reservation.
                progress.reserved = reserved
            # The steps to come are one statement each: a transaction around it costs two more round trips.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return await self._pay_and_confirm(connection, reserved, limit)

    async def _pay_and_confirm(
        self, connection: AsyncConnection, order: Reserved, limit: asyncio.Timeout
    ) -> Answer:
        """The payment counts as what became of the order: it stands only if that is confirmed."""
        payment = "failed"
        answer = _placed(order)
        try:
            paid_at = self._now()
            await pay(connection, self._locks, order, paid_at)
            confirmation = confirm(connection, order, answer, paid_at, self._now())
            await confirmed(confirmation, limit, self._confirm_seconds)
            payment = "paid"
        except RejectedError:
            payment = "insufficient_balance"
            raise
        except UnknownOutcomeError:
            payment = "unknown"
            self._settlement.note(order.order_id, order.bill)
            raise
        finally:
            self._metrics.payment_attempts.labels(payment).inc()
        self._metrics.revenue_krw.inc(order.bill.total)
        return answer

    async def _undo(self, order: Reserved, reason: Exception) -> None:
        """Give back what the order holds, before its failure is answered; else the sweeper will."""
        rejection = Answer.rejection(reason) if isinstance(reason, RejectedError) else None
        try:
            async with deadline(UNDO_SECONDS), self._primary.begin() as connection:
                undone = await self._compensation.undo(connection, order.order_id, rejection, self._now())
            self._metrics.carts_left.labels("request").inc(undone)
        except (ShopError, SQLAlchemyError, OSError) as error:
            log.warning("order %d is left to the sweeper: %s", order.order_id, error)


def _placed(order: Reserved) -> Answer:
    bill = order.bill
    return Answer.created(
        {
            "order_id": order.order_id,
            "subtotal": bill.subtotal,
            "discount": bill.discount,
            "total": bill.total,
        }
    )
