"""What the sample store asks of the database behind it."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa


def _nothing() -> None:
    """Publishes nothing."""


@dataclass
class Change:
    """A transaction under way. publish: shows it to queries; run once it is known to be committed."""

    connection: sa.Connection
    publish: Callable[[], None] = _nothing
