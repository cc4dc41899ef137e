"""How sample columns are packed: integers as deltas, other floats as XOR, bytes shuffled, then zstd."""

import struct

import numpy as np
import numpy.typing as npt
import zstandard

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values

_LEVEL = 3
_CHECKED = zstandard.ZstdCompressionParameters.from_level(_LEVEL, write_checksum=True)
_EXACT_INTEGER = float(2**53)
_LENGTHS = struct.Struct("<IIII")


def pack_values(values: Values) -> bytes:
    """Packs (s, t) values exactly, bit for bit, NaN payloads included."""
    rows, columns = values.shape
    whole = _is_whole(values)
    integers = _deltas(values[whole].astype(np.int64))
    floats = _xors(np.ascontiguousarray(values[~whole]).view(np.uint64))
    parts = [np.packbits(whole).tobytes(), _shuffled(integers.view(np.uint64)), _shuffled(floats)]
    packed = [_compressed(part) for part in parts]
    return _LENGTHS.pack(rows, columns, len(packed[0]), len(packed[1])) + b"".join(packed)


def unpack_values(data: bytes) -> Values:
    """Undoes ``pack_values``."""
    rows, columns, mask_length, integers_length = _LENGTHS.unpack_from(data)
    rest = data[_LENGTHS.size :]
    decompress = zstandard.ZstdDecompressor().decompress
    mask = np.frombuffer(decompress(rest[:mask_length]), np.uint8)
    whole = np.unpackbits(mask, count=rows).astype(np.bool_)
    rest = rest[mask_length:]
    integers = _unshuffled(decompress(rest[:integers_length]), columns).view(np.int64)
    floats = _unshuffled(decompress(rest[integers_length:]), columns)
    values = np.empty((rows, columns), np.float64)
    values[whole] = np.cumsum(integers, axis=1)
    values[~whole] = np.bitwise_xor.accumulate(floats, axis=1).view(np.float64)
    return values


def pack_integers(numbers: npt.NDArray[np.int64]) -> bytes:
    """Packs a run of times or ids."""
    return _compressed(_shuffled(_deltas(numbers[None, :]).view(np.uint64)))


def unpack_integers(data: bytes) -> npt.NDArray[np.int64]:
    """Undoes ``pack_integers``."""
    raw = zstandard.ZstdDecompressor().decompress(data)
    return np.cumsum(_unshuffled(raw, len(raw) // 8).view(np.int64).reshape(-1))


def pack_points(series: SeriesIds, times: Milliseconds, values: Values) -> bytes:
    """Packs samples with times of their own, in the order written."""
    return series.tobytes() + times.tobytes() + values.tobytes()


def unpack_points(data: bytes) -> tuple[SeriesIds, Milliseconds, Values]:
    """Undoes ``pack_points``."""
    third = len(data) // 3
    return (
        np.frombuffer(data[:third], np.int64),
        np.frombuffer(data[third : 2 * third], np.int64),
        np.frombuffer(data[2 * third :], np.float64),
    )


def _compressed(data: bytes) -> bytes:
    """With a checksum: a bit that the disk turned is found, not read."""
    return zstandard.ZstdCompressor(compression_params=_CHECKED).compress(data)


def _is_whole(values: Values) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        whole = (np.abs(values) < _EXACT_INTEGER) & (np.rint(values) == values)
    mask: npt.NDArray[np.bool_] = whole.all(axis=1) & ~(np.signbit(values) & (values == 0)).any(axis=1)
    return mask


def _deltas(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    deltas = numbers.copy()
    deltas[:, 1:] -= numbers[:, :-1]
    return deltas


def _xors(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    xors = bits.copy()
    xors[:, 1:] ^= bits[:, :-1]
    return xors


def _shuffled(words: npt.NDArray[np.uint64]) -> bytes:
    return np.ascontiguousarray(words).view(np.uint8).reshape(-1, 8).T.tobytes()


def _unshuffled(data: bytes, columns: int) -> npt.NDArray[np.uint64]:
    words = np.frombuffer(data, np.uint8).reshape(8, -1).T
    return np.ascontiguousarray(words).view(np.uint64).reshape(-1, max(columns, 1))
