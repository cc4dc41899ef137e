"""A recording as a file: JSON under zstd, a few kB; values to five digits on the grid of scrapes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import zstandard
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from postmortem.errors import EvidenceError, OutputError
from postmortem.evidence import StoredSeries, Subject
from postmortem.queries import error_ratio_signal, signal_query
from postmortem.recording.model import Recording
from postmortem.records import Signal, SignalMap, SloRecord, slos_by_key

SCHEMA = "fireline.recording/1"
RECORDING_FILE = "recording.json.zst"
_LEVEL = 19
_LARGEST_BYTES = 64_000_000


class _SeriesFile(BaseModel):
    """``of``: name of a signal, or key of an objective where ``slo``. values: one a step; None: no sample."""

    model_config = ConfigDict(frozen=True)

    id: str
    of: str
    slo: bool
    values: tuple[float | None, ...]


class _RecordingFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    start: float
    end: float
    interval_seconds: float
    rate_window: str
    slos: tuple[SloRecord, ...]
    signals: SignalMap
    series: tuple[_SeriesFile, ...]
    unavailable: Mapping[str, str]


def write_recording(path: Path, recording: Recording) -> None:
    """Raises OutputError for a file that cannot be written."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(orjson.dumps(_to_mapping(recording)))
    try:
        path.write_bytes(packed)
    except OSError as error:
        raise OutputError(f"{path}: expected a file that can be written: {error.strerror}") from error


def read_recording_file(path: Path) -> Recording:
    """Raises EvidenceError for a file that is missing or holds anything else."""
    try:
        content = orjson.loads(_unpacked(path.read_bytes()))
    except (OSError, zstandard.ZstdError, orjson.JSONDecodeError) as error:
        raise EvidenceError(f"{path}: expected a recording of `postmortem record`: {error}") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise EvidenceError(f"{path}: schema: expected {SCHEMA!r}")
    try:
        return _from_file(TypeAdapter(_RecordingFile).validate_python(content))
    except (ValidationError, KeyError) as error:
        raise EvidenceError(f"{path}: expected a recording of `postmortem record`: {error}") from error


def _unpacked(packed: bytes) -> bytes:
    """max_output_size bounds only what does not say its size: what says it has to be held to its word."""
    if zstandard.frame_content_size(packed) > _LARGEST_BYTES:
        raise zstandard.ZstdError(f"at most {_LARGEST_BYTES:,} bytes unpacked, found more")
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST_BYTES)


def _to_mapping(recording: Recording) -> dict[str, Any]:
    ids = [slo.id for slo in recording.slos]
    return {
        "schema": SCHEMA,
        "start": recording.start,
        "end": recording.end,
        "interval_seconds": recording.step_seconds,
        "rate_window": recording.rate_window,
        "slos": [slo.model_dump(mode="json", exclude_defaults=True) for slo in recording.slos],
        "signals": recording.signals.model_dump(mode="json", exclude_defaults=True),
        "series": [
            {
                "id": subject.series,
                "of": subject.signal.name if subject.slo is None else subject.slo.id.key(ids),
                "slo": subject.slo is not None,
                "values": _on_grid(recording, recording.series[subject.series]),
            }
            for subject in recording.subjects
        ],
        "unavailable": dict(recording.unavailable),
    }


def _on_grid(recording: Recording, series: StoredSeries) -> list[float | None]:
    steps = round((recording.end - recording.start) / recording.step_seconds) + 1
    values: list[float | None] = [None] * steps
    for at, value in zip(series.times, series.values, strict=True):
        place = round((at - recording.start) / recording.step_seconds)
        if 0 <= place < steps:
            values[place] = float(f"{value:.5g}")
    return values


def _from_file(content: _RecordingFile) -> Recording:
    slos = slos_by_key(content.slos)
    signals = {signal.name: signal for signal in content.signals.signals}
    subjects, series = [], {}
    for one in content.series:
        slo = slos[one.of] if one.slo else None
        signal = signals[one.of] if slo is None else error_ratio_signal(slo, content.rate_window)
        subjects.append(Subject(one.id, signal, slo))
        series[one.id] = _stored(content, one.id, signal, one.values)
    return Recording(
        start=content.start,
        end=content.end,
        step_seconds=content.interval_seconds,
        rate_window=content.rate_window,
        slos=content.slos,
        signals=content.signals,
        subjects=tuple(subjects),
        series=series,
        unavailable=content.unavailable,
    )


def _stored(
    content: _RecordingFile, name: str, signal: Signal, values: Sequence[float | None]
) -> StoredSeries:
    known = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    times = content.start + np.arange(len(known), dtype=np.float64) * content.interval_seconds
    is_known = np.isfinite(known)
    query = signal_query(signal, content.rate_window)
    return StoredSeries(
        name, query, content.start, content.end, content.interval_seconds, times[is_known], known[is_known]
    )
