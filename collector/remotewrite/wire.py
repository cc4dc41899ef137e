"""The wire format of remote write 1.0: a protobuf WriteRequest as runs of labels and samples."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.errors import RemoteWriteError
from collector.series import Milliseconds, Values
from collector.steps import Steps

_SERIES = 0x0A
_LABEL = 0x0A
_SAMPLE = 0x12
_HISTOGRAM = 0x22
_NAME = 0x0A
_VALUE = 0x12
_FIXED64 = 1
_BYTES = 2
_LONGEST_VARINT = 70
_SIGN = 1 << 63
# A sample as every sender writes it: its value, left out where it is zero, and a time of six bytes.
_WITH_VALUE = 18
_WITHOUT_VALUE = 9
_FIELDS_A_STEP = 1000  # less than a millisecond

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class WireSeries:
    """One TimeSeries: the raw fields of its labels and of its samples, and how many of each there are."""

    labels: bytes
    samples: bytes
    count: int
    histograms: int
    pairs: int


def series_of(request: bytes) -> Iterator[bytes | None]:
    """The TimeSeries of a WriteRequest, undecoded; None for metadata and for each unknown field.

    Raises:
        RemoteWriteError: for what is no protobuf.
    """
    position, end = 0, len(request)
    try:
        while position < end:
            if request[position] == _SERIES:
                length, start = _length(request, position + 1)
                position = start + length
                if position > end:
                    raise _cut_off()
                yield request[start:position]
            else:
                position = _after(request, position)
                yield None
    except IndexError as error:
        raise _cut_off() from error


def split(series: bytes, most_samples: int) -> Steps[WireSeries]:
    """One TimeSeries by kind of field; exemplars and unknown fields are skipped.

    most_samples: after more than that it is read no further.

    Raises:
        RemoteWriteError: for what is no protobuf.
    """
    labels: list[bytes] = []
    samples: list[bytes] = []
    count = histograms = position = fields = 0
    uniform = _uniform_end(series)
    try:
        while position < len(series) and count + histograms <= most_samples:
            if fields >= _FIELDS_A_STEP:
                fields = 0
                yield
            tag, start = series[position], position
            if tag == _SAMPLE:
                position, found = _after_samples(series, position, uniform)
                samples.append(series[start:position])
                count += found
                fields += found
                continue
            position = _after(series, position)
            fields += 1
            if tag == _LABEL:
                labels.append(series[start:position])
            elif tag == _HISTOGRAM:
                histograms += 1
    except IndexError as error:
        raise _cut_off() from error
    return WireSeries(b"".join(labels), b"".join(samples), count, histograms, len(labels))


def label_pairs(labels: bytes) -> Iterator[tuple[str, str]]:
    """Names and values, as sent, read as they are asked for.

    Raises:
        RemoteWriteError: for what is no protobuf.
        UnicodeDecodeError: for what is no UTF-8.
    """
    found = map(_label, _messages(labels))
    return ((name.decode("utf-8"), value.decode("utf-8")) for name, value in found)


def read_samples(samples: bytes) -> Steps[tuple[Milliseconds, Values]]:
    """Times and values of Sample fields laid end to end, bit for bit.

    Raises:
        RemoteWriteError: for what is no protobuf.
    """
    if not len(samples) % _WITH_VALUE:
        table = np.frombuffer(samples, np.uint8).reshape(-1, _WITH_VALUE)
        if _are_usual(table, _WITH_VALUE).all():
            return _times(table[:, 12:]), _values(table)
    return (yield from _read_mixed(samples))


def _read_mixed(samples: bytes) -> Steps[tuple[Milliseconds, Values]]:
    """As ``read_samples``, where not all samples are laid out alike."""
    starts = np.array((yield from _starts(samples)), np.int64)
    data = np.frombuffer(samples, np.uint8)
    lengths = np.diff(starts, append=len(samples))
    times = np.zeros(len(starts), np.int64)
    bits = np.zeros(len(starts), np.uint64)
    unusual = np.ones(len(starts), np.bool_)
    for size in (_WITH_VALUE, _WITHOUT_VALUE):
        places = np.flatnonzero(lengths == size)
        table = data[starts[places, None] + np.arange(size)]
        usual = _are_usual(table, size)
        places, table = places[usual], table[usual]
        times[places] = _times(table[:, size - 6 :])
        if size == _WITH_VALUE:
            bits[places] = _values(table).view(np.uint64)
        unusual[places] = False
    for number, place in enumerate(np.flatnonzero(unusual).tolist(), 1):
        if not number % _FIELDS_A_STEP:
            yield
        start = int(starts[place])
        (message,) = _messages(samples[start : start + int(lengths[place])])
        times[place], bits[place] = _sample(message)
    return times, bits.view(np.float64)


def _uniform_end(series: bytes) -> int:
    """From where on the series would be samples in the usual layout, up to its end."""
    table = np.frombuffer(series, np.uint8)
    rows = table[len(table) % _WITH_VALUE :].reshape(-1, _WITH_VALUE)
    odd = np.flatnonzero((rows[:, 0] != _SAMPLE) | (rows[:, 1] != _WITH_VALUE - 2))
    return len(table) % _WITH_VALUE + _WITH_VALUE * (int(odd[-1]) + 1 if len(odd) else 0)


def _after_samples(series: bytes, position: int, uniform: int) -> tuple[int, int]:
    """Where some samples that begin here end, and how many they are; ``uniform`` is of ``_uniform_end``."""
    count, end = 0, len(series)
    while position < end and count < _FIELDS_A_STEP and series[position] == _SAMPLE:
        if position >= uniform and (end - position) % _WITH_VALUE == 0:
            return end, count + (end - position) // _WITH_VALUE
        length = series[position + 1]
        position = position + 2 + length if length < 0x80 else _after(series, position)
        if position > end:
            raise IndexError
        count += 1
    return position, count


def _are_usual(table: Bytes, size: int) -> npt.NDArray[np.bool_]:
    """(n,) which rows are one sample of this many bytes in the usual layout."""
    usual: npt.NDArray[np.bool_] = (table[:, 0] == _SAMPLE) & (table[:, 1] == size - 2)
    usual &= table[:, -7] == 0x10
    usual &= (table[:, -6:-1] >= 0x80).all(axis=1) & (table[:, -1] < 0x80)
    if size == _WITH_VALUE:
        usual &= table[:, 2] == 0x09
    return usual


def _times(varints: Bytes) -> Milliseconds:
    """(n,) from (n, 6) bytes of seven bits each, the lowest first."""
    times = np.zeros(len(varints), np.int64)
    for place in range(varints.shape[1]):
        times |= (varints[:, place].astype(np.int64) & 0x7F) << (7 * place)
    return times


def _values(table: Bytes) -> Values:
    return np.ascontiguousarray(table[:, 3:11]).view("<f8").reshape(-1)


def _starts(samples: bytes) -> Steps[list[int]]:
    starts: list[int] = []
    position, end = 0, len(samples)
    while position < end:
        starts.append(position)
        if not len(starts) % _FIELDS_A_STEP:
            yield
        length = samples[position + 1]
        position = position + 2 + length if length < 0x80 else _after(samples, position)
    return starts


def _sample(message: bytes) -> tuple[int, int]:
    """Time in milliseconds, and the bits of the value."""
    time_ms = bits = 0
    for number, kind, value in _fields(message):
        if (number, kind) == (1, _FIXED64) and isinstance(value, bytes):
            bits = int.from_bytes(value, "little")
        elif number == 2 and isinstance(value, int):
            time_ms = value - 2 * _SIGN if value >= _SIGN else value
        elif number in {1, 2}:
            raise RemoteWriteError("not a protobuf WriteRequest: a sample of another type")
    return time_ms, bits


def _label(message: bytes) -> tuple[bytes, bytes]:
    """Name and value, both or either of which may be missing."""
    if len(message) > 3 and message[0] == _NAME and message[1] < len(message) - 3:
        middle = message[1] + 2
        if message[middle] == _VALUE and message[middle + 1] < 0x80:
            name, value = message[2:middle], message[middle + 2 :]
            if message[1] < 0x80 and len(value) == message[middle + 1]:
                return name, value
    fields = {1: b"", 2: b""}
    for number, kind, content in _fields(message):
        if number in fields:
            if kind != _BYTES or not isinstance(content, bytes):
                raise RemoteWriteError("not a protobuf WriteRequest: a label of another type")
            fields[number] = content
    return fields[1], fields[2]


def _messages(fields: bytes) -> Iterator[bytes]:
    """The contents of length-delimited fields, laid end to end."""
    position = 0
    while position < len(fields):
        length, start = _length(fields, position + 1)
        position = start + length
        yield fields[start:position]


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes | int]]:
    """Number, wire type and content of each field; only varints are numbers."""
    position = 0
    try:
        while position < len(message):
            tag, start = _varint(message, position)
            position = _after(message, position)
            kind = tag & 7
            if kind == 0:
                yield tag >> 3, kind, _varint(message, start)[0]
            else:
                first = _length(message, start)[1] if kind == _BYTES else start
                yield tag >> 3, kind, message[first:position]
    except IndexError as error:
        raise _cut_off() from error


def _after(data: bytes, position: int) -> int:
    """Where the field that begins here ends.

    Raises:
        IndexError: for one that is cut off.
        RemoteWriteError: for what is no field.
    """
    tag, position = _varint(data, position)
    if tag >> 3 == 0:
        raise RemoteWriteError("not a protobuf WriteRequest: a field without a number")
    match tag & 7:
        case 0:
            position = _varint(data, position)[1]
        case 1:
            position += 8
        case 2:
            length, position = _length(data, position)
            position += length
        case 5:
            position += 4
        case kind:
            raise RemoteWriteError(f"not a protobuf WriteRequest: wire type {kind}")
    if position > len(data):
        raise IndexError
    return position


def _length(data: bytes, position: int) -> tuple[int, int]:
    """A length and where what it measures begins."""
    first = data[position]
    return (first, position + 1) if first < 0x80 else _varint(data, position)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while shift < _LONGEST_VARINT:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2 * _SIGN - 1), position
        shift += 7
    raise RemoteWriteError("not a protobuf WriteRequest: a number of more than ten bytes")


def _cut_off() -> RemoteWriteError:
    return RemoteWriteError("not a protobuf WriteRequest: it is cut off")
