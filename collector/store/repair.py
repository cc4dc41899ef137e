"""Makes a new ``samples.db`` of all that can still be read of a damaged one, which is set aside."""

import logging
import os
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from collector.errors import StoreError
from collector.store import schema
from collector.store.cut_short import lengthened_copy, missing_pages
from collector.store.faults import BROKEN, StoreDamagedError
from collector.store.losses import Losses
from collector.store.salvage import salvaged
from collector.store.sound import Soundness
from collector.store.sqlite_file import FILE_NAME, open_file

logger = logging.getLogger(__name__)

REPAIR_MARK = "samples.db.repair"
_FOLDER = "repairing"
_TOGETHER = 1_000


def repair(folder: Path, damage: StoreDamagedError) -> None:
    """Puts what is sound of ``samples.db`` in a new file in its place, and logs what is lost.

    Raises:
        StoreError: where a new file cannot be written; the damaged one stays in place.
    """
    path, making = folder / FILE_NAME, folder / _FOLDER
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        open_file(making).dispose()
        losses = Losses()
        with (
            closing(sqlite3.connect(_readable(path, making, losses))) as damaged,
            closing(sqlite3.connect(making / FILE_NAME)) as new,
        ):
            _Rescue(damaged, new, losses).run()
        aside = _set_aside(path)
        (making / FILE_NAME).replace(path)
        shutil.rmtree(making)
        (folder / REPAIR_MARK).unlink(missing_ok=True)
    except (OSError, sqlite3.Error, StoreError) as error:
        raise StoreError(f"{path}: damaged ({damage}), and cannot be repaired: {error}") from error
    logger.error("%s was damaged (%s), and is now %s; lost: %s", path, damage, aside.name, losses)


def _readable(path: Path, making: Path, losses: Losses) -> Path:
    """The file to read: where its end is missing, a copy with room in its place."""
    found = missing_pages(path)
    if found is None:
        return path
    missing, extent = found
    losses.add_missing_pages(missing, extent.pages)
    return lengthened_copy(path, making, extent)


def _set_aside(path: Path) -> Path:
    """Gives the damaged file a second name: at no moment is there none under the first."""
    aside = next(name for n in count(1) if not (name := path.with_name(f"{path.name}.damaged-{n}")).exists())
    os.link(path, aside)
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + ending))
    return aside


class _Rescue:
    """Copies record by record what is sound."""

    def __init__(self, damaged: sqlite3.Connection, new: sqlite3.Connection, losses: Losses) -> None:
        self._damaged = damaged
        self._new = new
        self._losses = losses
        self._soundness = Soundness()

    def run(self) -> None:
        for table in Soundness.TABLES:
            self._copy(table)
        self._insert(schema.series, [tuple(record.values()) for record in self._soundness.stand_ins()])
        self._new.commit()

    def _copy(self, table: sa.Table) -> None:
        sound = []
        for record in salvaged(self._damaged, table, self._losses):
            try:
                sound.append(tuple(self._soundness.checked(table, record).values()))
            except BROKEN:
                self._losses.add_record(table.name, record, self._soundness.named(record))
            if len(sound) == _TOGETHER:
                self._insert(table, sound)
                sound = []
        self._insert(table, sound)

    def _insert(self, table: sa.Table, records: list[tuple[object, ...]]) -> None:
        marks = ", ".join("?" * len(table.columns))
        self._new.executemany(f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})", records)  # noqa: S608  # our own table
