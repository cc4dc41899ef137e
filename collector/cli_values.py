"""What the command line takes for addresses, databases, durations and times."""

import click
import sqlalchemy as sa

from collector.api.request import parse_time
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
    """Unix seconds or RFC 3339, as Unix seconds."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return parse_time(str(value))
        except ValueError as error:
            self.fail(f"expected Unix seconds or RFC 3339, found {value!r}: {error}", param, ctx)
