"""Makes a new ``samples.db`` of all that can still be read of a damaged one, which is set aside."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

import orjson
import sqlalchemy as sa

from collector.errors import StoreError
from collector.index import SeriesIds
from collector.labels import METRIC_NAME
from collector.store import schema
from collector.store.blocks import block_of
from collector.store.codec import unpack_integers, unpack_points
from collector.store.faults import BROKEN, StoreDamagedError
from collector.store.losses import Losses
from collector.store.salvage import salvaged
from collector.store.sqlite_file import FILE_NAME, open_file

logger = logging.getLogger(__name__)

REPAIR_MARK = "samples.db.repair"
_FOLDER = "repairing"
_LAST_PLAUSIBLE_GAP = 10_000
_TOGETHER = 1_000
_Record = Mapping[str, object]


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
        with (
            closing(sqlite3.connect(path)) as damaged,
            closing(sqlite3.connect(making / FILE_NAME)) as new,
        ):
            losses = _Rescue(damaged, new).run()
        aside = _set_aside(path)
        (making / FILE_NAME).replace(path)
        shutil.rmtree(making)
        (folder / REPAIR_MARK).unlink(missing_ok=True)
    except (OSError, sqlite3.Error, StoreError) as error:
        raise StoreError(f"{path}: damaged ({damage}), and cannot be repaired: {error}") from error
    logger.error("%s was damaged (%s), and is now %s; lost: %s", path, damage, aside.name, losses)


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
    """Copies record by record, each as the load would read it."""

    def __init__(self, damaged: sqlite3.Connection, new: sqlite3.Connection) -> None:
        self._damaged = damaged
        self._new = new
        self._losses = Losses()
        self._labels: dict[int, str] = {}
        self._streams: dict[int, str] = {}
        self._layouts: dict[int, SeriesIds] = {}
        self._used: set[int] = set()

    def run(self) -> Losses:
        for table, check in (
            (schema.series, self._check_series),
            (schema.streams, self._check_stream),
            (schema.layouts, self._check_layout),
            (schema.rows, self._check_row),
            (schema.points, self._check_points),
            (schema.blocks, self._check_block),
        ):
            self._copy(table, check)
        self._stand_in()
        self._new.commit()
        return self._losses

    def _copy(self, table: sa.Table, check: Callable[[_Record], _Record]) -> None:
        sound = []
        for record in salvaged(self._damaged, table, self._losses):
            try:
                sound.append(tuple(check(record).values()))
            except BROKEN:
                self._losses.add_record(table.name, record, self._named(record))
            if len(sound) == _TOGETHER:
                self._insert(table, sound)
                sound = []
        self._insert(table, sound)

    def _insert(self, table: sa.Table, records: list[tuple[object, ...]]) -> None:
        marks = ", ".join("?" * len(table.columns))
        self._new.executemany(f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})", records)  # noqa: S608  # our own table

    def _stand_in(self) -> None:
        """Numbers of lost series are taken, so that nobody else's samples get under them."""
        series = [
            (number, orjson.dumps({METRIC_NAME: "fireline_lost_series", "number": str(number)}))
            for number in sorted(self._used - set(self._labels))
        ]
        self._insert(schema.series, list(series))

    def _check_series(self, record: _Record) -> _Record:
        labels = orjson.loads(_bytes(record["labels"]))
        self._labels[_number(record["id"])] = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()))
        return record

    def _check_stream(self, record: _Record) -> _Record:
        self._streams[_number(record["id"])] = str(record["name"])
        return record

    def _check_layout(self, record: _Record) -> _Record:
        self._streams[_number(record["stream_id"])]
        self._layouts[_number(record["id"])] = self._plausible(unpack_integers(_bytes(record["series"])))
        return record

    def _check_row(self, record: _Record) -> _Record:
        layout = self._layouts[_number(record["layout_id"])]
        self._streams[_number(record["stream_id"])]
        if len(_bytes(record["samples"])) != 8 * len(layout):
            raise ValueError("a row of another length than its layout")
        self._used.update(layout.tolist())
        return record

    def _check_points(self, record: _Record) -> _Record:
        series, _, _ = unpack_points(_bytes(record["samples"]))
        self._used.update(self._plausible(series).tolist())
        return record

    def _check_block(self, record: _Record) -> _Record:
        series = self._plausible(unpack_integers(_bytes(record["series"])))
        block_of(record, series)
        self._used.update(series.tolist())
        is_known = record["stream_id"] in self._streams
        return record if is_known else {**record, "stream_id": None}

    def _plausible(self, series: SeriesIds) -> SeriesIds:
        """Numbers not far beyond those on file: others are what damage made of them."""
        last = max(self._labels, default=0) + _LAST_PLAUSIBLE_GAP
        if len(series) and not 0 <= series.min() <= series.max() <= last:
            raise ValueError("numbers of series that never were")
        return series

    def _named(self, record: _Record) -> Iterable[str]:
        """Labels of the series that a lost record held, as far as they are known."""
        try:
            if "layout_id" in record:
                held = self._layouts[_number(record["layout_id"])]
            else:
                held = unpack_integers(_bytes(record["series"]))
        except BROKEN:
            return ()
        return [self._labels[number] for number in held.tolist() if number in self._labels]


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("expected bytes")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("expected a number")
    return value
