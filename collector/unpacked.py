"""Text files, plain or packed by gzip or zstd, in parts."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from collector.errors import ConfigError

_CHUNK_BYTES = 4 * 1024 * 1024
_LONGEST_LINE_BYTES = 16 * 1024 * 1024


def check_size(path: Path, most_bytes: int) -> None:
    """Unpacks without keeping anything: a bomb of zeros is found before any of it is taken for lines."""
    unpacked = 0
    for data in _unpacked(path):
        unpacked += len(data)
        if unpacked > most_bytes:
            raise ConfigError(f"{path}: expected at most {most_bytes:,} bytes unpacked, found more")


def chunks(path: Path) -> Iterator[str]:
    """The text of a file in parts of whole lines.

    Raises:
        ConfigError: for a file that cannot be read, or has a line that no series can be.
    """
    rest = b""
    for data in _unpacked(path):
        head, newline, rest_now = (rest + data).rpartition(b"\n")
        rest = rest_now
        if newline:
            yield _decoded(head, path)
        if len(rest) > _LONGEST_LINE_BYTES:
            raise ConfigError(f"{path}: expected lines of at most {_LONGEST_LINE_BYTES:,} bytes, found more")
    if rest:
        yield _decoded(rest, path)


def _unpacked(path: Path) -> Iterator[bytes]:
    try:
        with _opened(path) as stream:
            while data := stream.read(_CHUNK_BYTES):
                yield data
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ConfigError(f"{path}: cannot be read: {reason}") from error


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix in {".zst", ".zstd"}:
        return zstandard.open(path, "rb")  # type: ignore[no-any-return]  # a stream of bytes
    return path.open("rb")


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected UTF-8: {error.reason}") from error
