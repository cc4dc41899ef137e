"""A SQLite file that lost its end: SQLite reads nothing of one that is shorter than its header says."""

import os
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_BESIDE = ("", "-wal")  # what a commit left in the log belongs to the file


@dataclass(frozen=True)
class Extent:
    """pages: how many the file had. page_bytes: the size of each."""

    pages: int
    page_bytes: int

    def missing(self, size_bytes: int) -> int:
        """How many of the last pages a file of a size lacks, one that is there in part among them."""
        return max(0, self.pages - size_bytes // self.page_bytes)


def extent_of(header: bytes) -> Extent | None:
    """What the first 100 bytes of a file say (https://sqlite.org/fileformat.html, 1.3); None where nothing.

    The number of pages holds only where the change that wrote it was the last.
    """
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return None
    (page_bytes,) = struct.unpack_from(">H", header, 16)
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    changes, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    is_page_size = page_bytes >= 512 and page_bytes.bit_count() == 1
    return Extent(pages, page_bytes) if is_page_size and changes == valid_for and pages else None


def missing_pages(path: Path) -> tuple[int, Extent] | None:
    """How many pages the file lacks at its end, and what it had; None for a file that lacks none."""
    with path.open("rb") as file:
        extent = extent_of(file.read(_HEADER_BYTES))
    missing = extent.missing(path.stat().st_size) if extent else 0
    return (missing, extent) if extent and missing else None


def lengthened_copy(path: Path, folder: Path, extent: Extent) -> Path:
    """A copy as long as the file was; what is missing is zeros, which take no room on most disks.

    Raises:
        OSError: where there is no room for it.
    """
    for ending in _BESIDE:
        if (beside := path.with_name(path.name + ending)).exists():
            shutil.copyfile(beside, folder / f"cut-short.db{ending}")
    copy = folder / "cut-short.db"
    os.truncate(copy, extent.pages * extent.page_bytes)
    return copy
