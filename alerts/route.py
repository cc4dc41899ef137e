"""Who is told: the notifiers that take an incident's messages."""

from collections.abc import Sequence

from alerts.notify.message import Notifier


def recipients(notifiers: Sequence[Notifier], *, shadow: bool) -> tuple[str, ...]:
    """The names of the notifiers to use. In shadow only those that wake nobody."""
    return tuple(notifier.name for notifier in notifiers if not (shadow and notifier.wakes_people))
