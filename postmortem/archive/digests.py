"""Digests of an archive: one for each part of it, and its own over those.

They find accidents and edits. Whoever changes an archive on purpose can take them anew: against that,
keep the archive's own digest elsewhere.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

DIGESTS, DIGEST = "digests", "digest"
BY_NAME = frozenset({"series"})  # parts with a digest for each thing in them


def take_digests(archive: Mapping[str, Any]) -> dict[str, Any]:
    """By the part's key; of series by id."""
    return {
        key: {name: digest(each) for name, each in value.items()}
        if key in BY_NAME and isinstance(value, Mapping)
        else digest(value)
        for key, value in archive.items()
        if key not in {DIGESTS, DIGEST}
    }


def digest(value: object) -> str:
    """SHA-256 of the value as compact JSON, in hexadecimal."""
    return digest_of(compact(value))


def digest_of(text: bytes) -> str:
    """The same of what is compact JSON already."""
    return hashlib.sha256(text).hexdigest()


def compact(value: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)
