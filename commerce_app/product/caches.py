"""The caches of the product pages, and the keys in them."""

from dataclasses import dataclass

from commerce_app.cache.read_path import Cache

POPULAR_KEY = "popular:v1"
DETAIL_PREFIX = "product:v1:"
EXTRAS_PREFIX = "extras:v1:"


@dataclass(frozen=True)
class ProductCaches:
    """A page is two values: what the product is, and what stands beside it."""

    detail: Cache
    extras: Cache
    popular: Cache

    def all(self) -> tuple[Cache, ...]:
        return (self.detail, self.extras, self.popular)


def detail_key(product_id: int) -> str:
    """Of the product itself."""
    return f"{DETAIL_PREFIX}{product_id}"


def extras_key(product_id: int) -> str:
    """Of what stands beside it."""
    return f"{EXTRAS_PREFIX}{product_id}"


def product_id_of(key: str) -> int:
    """The product that a key of a detail or of extras is about."""
    return int(key.rpartition(":")[2])
