"""Imports a file of OpenMetrics text with timestamps into a store."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from collector.history_file import SAMPLES_TOGETHER, HistoryReader
from collector.store.durable import SampleStore
from collector.unpacked import chunks

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Imported:
    """What an import added; times are Unix seconds, None when it held no samples.

    samples: those that are new. repeated: those at a time at which their series had one, which stays.
    """

    samples: int
    repeated: int
    series: int
    start: float | None
    end: float | None


def import_file(path: Path, store: SampleStore, progress: Progress = lambda _bytes: None) -> Imported:
    """Imports a file, packed by gzip or zstd or plain; all of it that is new, or nothing.

    progress: is told how many bytes of unpacked text were read.

    Raises:
        ConfigError: naming file and line, for text that is no OpenMetrics with timestamps.
    """
    reader, kept = HistoryReader(path, store.series_id), 0
    with store.importing() as add:
        for text in chunks(path):
            reader.read(text)
            progress(len(text))
            if reader.gathered.count >= SAMPLES_TOGETHER:
                kept += add(reader.take_complete())
        reader.finish()
        kept += add(reader.take())
    start, end = reader.span or (None, None)
    return Imported(kept, reader.samples - kept, reader.series, start, end)
