"""Lays down the tables and deterministic data; running it again on the same data does nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from string import Template

import asyncpg

SCHEMA_VERSION = 3
ORDERS_PER_PRODUCT = 30
REVIEWS_PER_PRODUCT = 60
SEED_LOCK = 7_303_014


@dataclass(frozen=True)
class Size:
    """How much data. What a query costs depends on the ratios, not on the number of products.

    The standing of a product is found among all products of its category.
    """

    products: int = 5_000
    users: int = 20_000
    products_per_category: int = 100

    @property
    def categories(self) -> int:
        return max(1, self.products // self.products_per_category)

    def variables(self, at: datetime) -> dict[str, str]:
        """What fills the seed script."""
        return {
            "products": str(self.products),
            "users": str(self.users),
            "categories": str(self.categories),
            "orders": str(self.products * ORDERS_PER_PRODUCT),
            "reviews": str(self.products * REVIEWS_PER_PRODUCT),
            "anchor": f"timestamptz '{at.astimezone(UTC).isoformat()}'",
        }


async def seed(database_url: str, size: Size, at: datetime) -> bool:
    """Make the database ready, history ending at ``at``; False when it already was.

    Raises ValueError when it holds data of another size or schema.
    """
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", SEED_LOCK)
            await connection.execute("SET LOCAL client_min_messages = warning")
            # Before the tables: those of another schema would make nonsense of the script.
            if await _seeded(connection, size):
                return False
            await connection.execute(_script("schema.sql"))
            await connection.execute(Template(_script("seed.sql")).substitute(size.variables(at)))
            await connection.execute(
                "INSERT INTO shop_seed (schema_version, products, users, seeded_at) VALUES ($1, $2, $3, $4)",
                SCHEMA_VERSION, size.products, size.users, at,
            )  # fmt: skip
        await connection.execute("VACUUM ANALYZE")
        return True
    finally:
        await connection.close()


async def _seeded(connection: asyncpg.Connection, size: Size) -> bool:
    if not await connection.fetchval("SELECT to_regclass('shop_seed') IS NOT NULL"):
        return False
    row = await connection.fetchrow(
        "SELECT products, users, (SELECT count(*) FROM categories), schema_version FROM shop_seed"
    )
    if row is None:
        return False
    wanted = (size.products, size.users, size.categories, SCHEMA_VERSION)
    if tuple(row) != wanted:
        counts = "{} products, {} users and {} categories of schema {}"
        raise ValueError(
            f"holds {counts.format(*row)}, expected an empty database, or {counts.format(*wanted)}"
        )
    return True


def _script(name: str) -> str:
    return files("commerce_app.database").joinpath(name).read_text(encoding="utf-8")
