"""An incident store without incidents, made once: to make its tables is most of the start of a small test."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.storage import FILE_NAME, open_database


@cache
def _empty():
    with TemporaryDirectory() as name:
        open_database(Path(name)).close()
        return (Path(name) / FILE_NAME).read_bytes()


def put_empty_store(folder):
    """Unless there is a store already."""
    if not (folder / FILE_NAME).exists():
        (folder / FILE_NAME).write_bytes(_empty())
