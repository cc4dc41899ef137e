"""The caches of the product pages, and the keys in them."""

from collections.abc import Collection
from dataclasses import dataclass

from commerce_app.cache.read_path import Cache
from commerce_app.product.optional import EXTRAS, Feature

POPULAR_KEY = "popular:v1"
DETAIL_PREFIX = "product:v1:"
EXTRAS_PREFIX = "extras:v1:"


@dataclass(frozen=True)
class ProductCaches:
    """A product's page is two values: what the product is, and what stands beside it."""

    detail: Cache
    extras: Cache
    popular: Cache
    catalogue: Cache
    ranking: Cache
    together: Cache

    def all(self) -> tuple[Cache, ...]:
        return (self.detail, self.extras, self.popular, self.catalogue, self.ranking, self.together)


def detail_key(product_id: int) -> str:
    """Of the product itself."""
    return f"{DETAIL_PREFIX}{product_id}"


def extras_key(product_id: int, features: Collection[Feature] = EXTRAS) -> str:
    """Of what stands beside it; a part has a key of its own, so that nothing is missing once all is back."""
    part = "" if set(features) == EXTRAS else "".join(f"{feature}:" for feature in sorted(features))
    return f"{EXTRAS_PREFIX}{part}{product_id}"


def together_key(product_id: int) -> str:
    """Of what is bought with it."""
    return f"together:v1:{product_id}"


def catalogue_key(category_id: int | None, after: int) -> str:
    """Of a page of products."""
    return f"catalogue:v1:{_name(category_id)}:{after}"


def ranking_key(category_id: int | None) -> str:
    """Of the best sellers."""
    return f"ranking:v1:{_name(category_id)}"


def _name(category_id: int | None) -> str:
    return "all" if category_id is None else str(category_id)


def product_id_of(key: str) -> int:
    """The product that a key of a detail or of extras is about."""
    return int(key.rpartition(":")[2])
