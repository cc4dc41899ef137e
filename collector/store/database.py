"""What the sample store asks of the database behind it, be it SQLite or PostgreSQL."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from collector.store.faults import StoreDamagedError


def _nothing() -> None:
    """Publishes nothing."""


@dataclass
class Change:
    """A transaction under way. publish: shows it to queries; run once it is known to be committed."""

    connection: sa.Connection
    publish: Callable[[], None] = _nothing


class Database(Protocol):
    """Made with the lock that keeps other writers out. Drivers' errors pass through as SQLAlchemy's."""

    name: str
    engine: sa.Engine

    def open(self) -> None:
        """Makes ``engine``, with which any thread may read.

        Raises:
            ConfigError: for what is no store of samples.
            StoreDamagedError: for one that is to be repaired first.
            StoreError: for one that cannot be opened, or that a newer Fireline wrote.
        """
        ...

    def transaction(self) -> AbstractContextManager[Change]:
        """Commits what is written in the context, then publishes it."""
        ...

    def settle(self) -> None:
        """Learns whether a commit that got no answer was made, and publishes it if so.

        Raises:
            StoreError: where that cannot be learnt now; nothing may be written before.
        """
        ...

    def check(self, connection: sa.Connection) -> None:
        """Looks for damage that would break a later commit.

        Raises:
            StoreDamagedError: for what is broken.
        """
        ...

    def used_bytes(self, connection: sa.Connection) -> int:
        """Bytes in use; room that is free for new samples is none of them."""
        ...

    def note_damage(self) -> None:
        """Has the store repaired when it is next opened."""
        ...

    def repair(self, damage: StoreDamagedError) -> None:
        """Leaves what can be read; the database is to be opened anew then.

        Raises:
            StoreError: where that cannot be done.
        """
        ...

    def close(self) -> None:
        """Ends all connections, and lets others write."""
        ...
