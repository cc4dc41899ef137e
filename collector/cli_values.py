"""What the command line takes for addresses, databases, durations and times."""

import click
import sqlalchemy as sa

from collector.api.request import parse_time
from collector.clock import Clock, SystemClock
from collector.durations import parse_duration
from collector.store.url import database_url


class Address(click.ParamType[tuple[str, int]]):
    """``HOST:PORT`` as its two parts; no host is every address of the machine."""

    name = "host:port"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if ":" not in str(value) or not port.isdecimal() or int(port) > 65535:
            self.fail(f"expected HOST:PORT, found {value!r}", param, ctx)
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # as Prometheus reads :9090


class DatabaseUrl(click.ParamType[sa.URL]):
    """Of a PostgreSQL; what is wrong is said without the URL, which may hold a password."""

    name = "url"

    def convert(
        self, value: str | sa.URL, param: click.Parameter | None, ctx: click.Context | None
    ) -> sa.URL:
        try:
            return value if isinstance(value, sa.URL) else database_url(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Duration(click.ParamType[float]):
    """A Prometheus duration above zero, in seconds."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            seconds = parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not seconds:
            self.fail("expected a duration above 0", param, ctx)
        return seconds


class Time(click.ParamType[float]):
    """Unix seconds, RFC 3339, or a time before now (``-2h``, ``now``), as Unix seconds."""

    name = "time"

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            ago = _seconds_ago(str(value))
            return parse_time(str(value)) if ago is None else self._clock.now() - ago
        except ValueError as error:
            expected = "expected Unix seconds, RFC 3339, or before now as -2h or now"
            self.fail(f"{expected}, found {value!r}: {error}", param, ctx)


def _seconds_ago(text: str) -> float | None:
    """None for a time that does not depend on now. A number below 0 is one: a time before 1970."""
    if text == "now":
        return 0.0
    duration = text.removeprefix("now").removeprefix("-")
    return parse_duration(duration) if text.startswith(("-", "now-")) and duration[-1:].isalpha() else None
