"""Memory for bodies that are read, or that were and wait to be worked on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class NoRoomError(Exception):
    """The bodies that are held leave no room for this one: it may come again."""


class BodyRoom:
    """Shared by all bodies but for the first ``own_bytes`` of each.

    So those who send little need nothing that slow and large bodies could use up.
    """

    def __init__(self, shared_bytes: int, own_bytes: int) -> None:
        self._left = shared_bytes
        self._own = own_bytes

    @contextmanager
    def body(self) -> Iterator[Callable[[int], None]]:
        """Gives what is to be told how many bytes the body has grown to, and raises NoRoomError."""
        taken = 0

        def grow(size_bytes: int) -> None:
            nonlocal taken
            more = max(0, size_bytes - self._own) - taken
            if more > self._left:
                raise NoRoomError("too many large bodies at once")
            self._left -= more
            taken += more

        try:
            yield grow
        finally:
            self._left += taken
