"""The URL of the database that has the samples; its password is shown nowhere."""

import sqlalchemy as sa

_NAMES = ("postgresql", "postgresql+psycopg")
_DRIVER = "postgresql+psycopg"


def database_url(text: str) -> sa.URL:
    """The URL, read.

    Raises:
        ValueError: for anything but PostgreSQL's; the text does not repeat what was given.
    """
    expected = "expected a database URL such as postgresql://user@host/name"
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError(expected) from None  # the cause repeats the password
    if url.drivername not in _NAMES:
        raise ValueError(f"{expected}, found one of {url.drivername}")
    return url.set(drivername=_DRIVER)


def shown(url: sa.URL) -> str:
    """The URL for people: its parameters may hold secrets too, so they are left out."""
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def without_password(text: str) -> str:
    """The text, which may be such a URL or anything else."""
    try:
        return shown(database_url(text))
    except ValueError:
        return text
