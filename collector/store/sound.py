"""Tells sound records from damaged ones, each as the load would read it."""

from collections.abc import Iterable, Iterator, Mapping

import orjson
import sqlalchemy as sa

from collector.labels import METRIC_NAME
from collector.postings import SeriesIds
from collector.store import schema
from collector.store.blocks import block_of
from collector.store.codec import unpack_integers, unpack_points
from collector.store.faults import BROKEN

Record = Mapping[str, object]

_LAST_PLAUSIBLE_GAP = 10_000


class Soundness:
    """Is shown every record, table by table in the order of ``TABLES``: later ones stand on earlier ones."""

    TABLES = (schema.series, schema.streams, schema.layouts, schema.rows, schema.points, schema.blocks)

    def __init__(self) -> None:
        self._labels: dict[int, str] = {}
        self._streams: dict[int, str] = {}
        self._layouts: dict[int, SeriesIds] = {}
        self._used: set[int] = set()
        self._checks = {
            schema.series: self._check_series,
            schema.streams: self._check_stream,
            schema.layouts: self._check_layout,
            schema.rows: self._check_row,
            schema.points: self._check_points,
            schema.blocks: self._check_block,
        }

    def checked(self, table: sa.Table, record: Record) -> Record:
        """The record, as it is to be kept. Raises any of ``BROKEN`` for one that is damaged."""
        return self._checks[table](record)

    def stand_ins(self) -> Iterator[Record]:
        """Series in place of lost ones: their numbers are taken, so nobody else's samples get under them."""
        for number in sorted(self._used - set(self._labels)):
            labels = {METRIC_NAME: "fireline_lost_series", "number": str(number)}
            yield {"id": number, "labels": orjson.dumps(labels)}

    def named(self, record: Record) -> Iterable[str]:
        """Labels of the series that a lost record held, as far as they are known."""
        try:
            if "layout_id" in record:
                held = self._layouts[_number(record["layout_id"])]
            else:
                held = unpack_integers(_bytes(record["series"]))
        except BROKEN:
            return ()
        return [self._labels[number] for number in held.tolist() if number in self._labels]

    def _check_series(self, record: Record) -> Record:
        labels = orjson.loads(_bytes(record["labels"]))
        self._labels[_number(record["id"])] = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()))
        return record

    def _check_stream(self, record: Record) -> Record:
        self._streams[_number(record["id"])] = str(record["name"])
        return record

    def _check_layout(self, record: Record) -> Record:
        self._streams[_number(record["stream_id"])]
        self._layouts[_number(record["id"])] = self._plausible(unpack_integers(_bytes(record["series"])))
        return record

    def _check_row(self, record: Record) -> Record:
        layout = self._layouts[_number(record["layout_id"])]
        self._streams[_number(record["stream_id"])]
        if len(_bytes(record["samples"])) != 8 * len(layout):
            raise ValueError("a row of another length than its layout")
        self._used.update(layout.tolist())
        return record

    def _check_points(self, record: Record) -> Record:
        series, _, _ = unpack_points(_bytes(record["samples"]))
        self._used.update(self._plausible(series).tolist())
        return record

    def _check_block(self, record: Record) -> Record:
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


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("expected bytes")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("expected a number")
    return value
