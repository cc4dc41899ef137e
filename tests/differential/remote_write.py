"""Remote write as Prometheus takes it: protobuf, framed as snappy that copies nothing.

It is the one way in that carries staleness markers.
"""

import struct
from collections.abc import Iterator, Mapping

import httpx
import numpy as np

from collector.labels import Labels
from tests.differential.samples import Column

_LITERAL_BYTES = 65_536
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def remote_write(client: httpx.Client, url: str, series: Mapping[Labels, Column]) -> None:
    """Sends all in one request, as Prometheus refuses what is an hour older than an earlier request."""
    answer = client.post(f"{url}/api/v1/write", content=snappy(write_request(series)), headers=HEADERS)
    if answer.status_code != 204:
        raise RuntimeError(f"Prometheus refused samples with HTTP {answer.status_code}: {answer.text}")


def write_request(series: Mapping[Labels, Column]) -> bytes:
    """prometheus.WriteRequest: field 1 of it is a series, whose fields are labels (1) and samples (2)."""
    return b"".join(
        _field(1, b"".join([*_labels(labels), *_samples(column)])) for labels, column in series.items()
    )


def snappy(data: bytes) -> bytes:
    """The block format, of literals only."""
    return _varint(len(data)) + b"".join(_literals(data))


def _literals(data: bytes) -> Iterator[bytes]:
    for begin in range(0, len(data), _LITERAL_BYTES):
        literal = data[begin : begin + _LITERAL_BYTES]
        yield b"\xf4" + struct.pack("<H", len(literal) - 1) + literal


def _labels(labels: Labels) -> Iterator[bytes]:
    for name, value in labels.items():
        yield _field(1, _field(1, name.encode()) + _field(2, value.encode()))


def _samples(column: Column) -> Iterator[bytes]:
    """Values by their bits, so that a staleness marker stays one."""
    bits = np.ascontiguousarray(column.values).view(np.uint64)
    for at, value in zip(column.times.tolist(), bits.tolist(), strict=True):
        yield _field(2, b"\x09" + struct.pack("<Q", value) + b"\x10" + _varint(at))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
