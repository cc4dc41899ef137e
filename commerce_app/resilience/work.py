"""What class of work runs here: said at the door of the shop, asked where work is limited further in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from commerce_app.resilience.gate import Work

# Nobody waits for what runs outside of a request. A task inherits the class of whoever started it.
_work: ContextVar[Work] = ContextVar("work", default=Work.EXTRAS)


@contextmanager
def doing(work: Work) -> Iterator[None]:
    """The class of all that the block does."""
    outer = _work.set(work)
    try:
        yield
    finally:
        _work.reset(outer)


def current_work() -> Work:
    """The class of what runs here."""
    return _work.get()
