"""What only reads, wired: products, the keys kept warm for them, and customers' own orders."""

import time
from dataclasses import dataclass

from commerce_app.caches import ShopCaches
from commerce_app.database.reads import Reads
from commerce_app.order.history import OrderHistory
from commerce_app.product.loads import ProductLoads
from commerce_app.product.optional import OptionalFeatures
from commerce_app.product.service import Products
from commerce_app.product.warming import Warming
from commerce_app.settings import Settings
from commerce_app.switches import Switches

# What does not outlive the next turn but one is loaded in this one.
AHEAD_TURNS = 2


@dataclass(frozen=True)
class Browsing:
    """Products and their warming load through the same caches."""

    products: Products
    warming: Warming
    history: OrderHistory


def shop_browsing(settings: Settings, reads: Reads, caches: ShopCaches, switches: Switches) -> Browsing:
    """Pages of products, and the history of orders."""
    loads = ProductLoads(reads)
    features = OptionalFeatures(switches)
    warming = Warming(
        loads,
        caches.products,
        features,
        switches,
        hot_keys=settings.prewarm_keys,
        ahead_seconds=AHEAD_TURNS * settings.prewarm_every_seconds,
    )
    history = OrderHistory(reads, caches.orders, settings.orders_ttl_seconds, time.time)
    return Browsing(Products(loads, caches.products, features), warming, history)
