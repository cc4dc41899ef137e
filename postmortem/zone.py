"""A time zone as an option of a command."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from postmortem.mistake import UserMistake


class Zone(click.ParamType[ZoneInfo]):
    """An IANA time zone."""

    name = "zone"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UserMistake(f"--time-zone {value!r}: expected a zone such as Asia/Seoul or UTC") from error
