"""What changes the primary, wired: orders, coupons and wallets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.browsing import Browsing
from commerce_app.coupon.service import Coupons
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.idempotency.replays import Replays
from commerce_app.instrument.database import passes
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.order.compensation import Compensation
from commerce_app.order.reservation import Reservations
from commerce_app.order.service import Orders
from commerce_app.order.settlement import Settlement
from commerce_app.order.stock import Stock
from commerce_app.resilience.primary_patience import PrimaryPatience
from commerce_app.resilience.rate_profiles import CLAIM_RATE, ORDER_RATE, ORDERS
from commerce_app.resilience.rates import Rates
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.settings import Settings
from commerce_app.switches import Switches
from commerce_app.wallet.hold import WalletHold
from commerce_app.wallet.service import Wallets

ORDER_ALLOWANCE = Allowance("ordering", ORDER_RATE.count, ORDER_RATE.window_seconds)
CLAIM_ALLOWANCE = Allowance(
    "claiming", CLAIM_RATE.count, CLAIM_RATE.window_seconds, failures=5, block_seconds=600
)


@dataclass(frozen=True)
class Selling:
    """They share their locks, and the keys by which a request is known again."""

    orders: Orders
    coupons: Coupons
    wallets: Wallets
    compensation: Compensation
    settlement: Settlement


def shop_selling(
    settings: Settings,
    primary: AsyncEngine,
    browsing: Browsing,
    rates: Rates,
    *,
    switches: Switches,
    metrics: Metrics,
    now: Callable[[], datetime],
) -> Selling:
    """An order tells the customer's history of itself, and asks what products cost now."""
    locks = RowLocks(metrics)
    keys = IdempotencyKeys(settings.lock_timeout_seconds)
    coupons = Coupons(primary, locks, UserLimits(CLAIM_ALLOWANCE), keys, switches)
    reservations = Reservations(
        Stock(locks),
        coupons,
        WalletHold(locks, switches),
        keys,
        hold_seconds=settings.order_hold_seconds,
        correct_prices=browsing.products.correct_prices,
    )
    compensation = Compensation(locks)
    settlement = Settlement(metrics, browsing.history.forget)
    orders = Orders(
        primary,
        browsing.products,
        reservations,
        compensation,
        locks,
        replays=Replays(primary, keys),
        limits=UserLimits(ORDER_ALLOWANCE),
        admit=partial(rates.admit, ORDERS),
        patience=PrimaryPatience(switches, metrics, passes),
        ordered=browsing.history.forget,
        settlement=settlement,
        metrics=metrics,
        now=now,
        deadline_seconds=settings.order_deadline_seconds,
    )
    return Selling(orders, coupons, Wallets(primary, locks, keys, switches), compensation, settlement)
