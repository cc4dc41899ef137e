"""Counters whose name says that customers did business: orders, payments, sign-ups."""

import re
from collections.abc import Iterable, Sequence

from alerts.adopt.identity import Identity
from alerts.adopt.source import Source
from alerts.adopt.survey import Survey
from alerts.signals import Signal

# The name must end there: orders_failed_total or order_events_total may mean anything.
_NAMES = re.compile(
    r"(?P<what>(?:[a-z0-9]+_)*?(?:orders|payments|checkouts|purchases|bookings|signups|registrations)"
    r"(?:_(?:placed|created|completed|begun))?|(?:[a-z0-9]+_)*?payment_attempts)_total"
)
_KOREAN = "건수"


def business_signals(found: Survey, source: Source, services: Sequence[Identity]) -> Iterable[Signal]:
    """A line for each such counter of each service; which way is better, a name does not say."""
    types = source.types()
    for metric in sorted(found.names):
        named = _NAMES.fullmatch(metric)
        if named is None or types.get(metric, "counter") not in {"counter", "unknown"}:
            continue
        what = named["what"].replace("_", " ")
        for service in services:
            if source.instant(f"count({metric}{{{service.matchers()}}})", found.at):
                base = re.sub("[^a-z0-9]+", "_", service.name.lower())
                name = f"{base}_{named['what'].removeprefix(f'{base}_')}"
                title = {"en": f"{service.name}: {what}", "ko": f"{service.name}: {what} {_KOREAN}"}
                query = f"sum(rate({metric}{{{service.matchers()}}}[$window]))"
                yield Signal(name, title, "business", service.name, "per_second", "none", query)
