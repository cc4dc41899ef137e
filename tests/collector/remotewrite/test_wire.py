import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RemoteWriteError
from collector.remotewrite.wire import label_pairs, read_samples, series_of, split
from collector.steps import finished

NOW = 1_756_861_500_000
STALE = 0x7FF0000000000002

bits = st.one_of(st.sampled_from([0, 1 << 63, STALE, 0x7FF8000000000001]), st.integers(0, 2**64 - 1))
times = st.one_of(st.integers(NOW, NOW + 10**9), st.integers(-(2**63), 2**63 - 1))
labels = st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=4)
samples = st.lists(
    st.tuples(times, bits.map(lambda b: struct.unpack("<d", struct.pack("<Q", b))[0])), max_size=40
)


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def read(data):
    for raw in series_of(data):
        if raw is None:
            continue
        series = finished(split(raw, 2**20))
        at, values = finished(read_samples(series.samples))
        assert len(at) == series.count
        yield (
            list(label_pairs(series.labels)),
            list(zip(at.tolist(), values.view("u8").tolist(), strict=True)),
        )


def as_google_reads(request):
    for series in request.timeseries:
        pairs = [(label.name, label.value) for label in series.labels]
        yield pairs, [(sample.timestamp, bits_of(sample.value)) for sample in series.samples]


@given(st.lists(st.tuples(labels, samples), max_size=4))
def test_what_is_read_is_what_googles_library_reads(new_request, given_series):
    request = new_request(*given_series)
    for series in request.timeseries:
        series.exemplars.add().samples.add(value=1.0, timestamp=NOW)
    request.metadata.add(metric_family_name="a", help="b")
    assert list(read(request.SerializeToString())) == list(as_google_reads(request))


@given(st.data())
def test_a_request_that_is_cut_off_or_changed_is_read_or_refused(new_request, data):
    whole = new_request(({"__name__": "a"}, [(NOW, 1.0), (NOW + 1, 0.0)])).SerializeToString()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 3)) :]
    with contextlib.suppress(RemoteWriteError, UnicodeDecodeError):
        list(read(changed))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(junk):
    with contextlib.suppress(RemoteWriteError, UnicodeDecodeError):
        list(read(junk))


@pytest.mark.parametrize("size", [1, 5, 19])
def test_half_a_request_is_refused(new_request, size):
    whole = new_request(({"__name__": "a"}, [(NOW, 1.0)])).SerializeToString()
    with pytest.raises(RemoteWriteError, match="cut off"):
        list(read(whole[:-size]))


def test_a_series_of_ordinary_samples_and_one_with_zeros_among_them(new_request):
    even = [(NOW + n, n + 0.5) for n in range(1000)]
    mixed = [(NOW + n, float(n % 3)) for n in range(1000)]
    found = list(read(new_request(({"a": "b"}, even), ({"a": "c"}, mixed)).SerializeToString()))
    assert [samples for _, samples in found] == [
        [(at, bits_of(value)) for at, value in series] for series in (even, mixed)
    ]


def test_native_histograms_are_counted(new_request):
    request = new_request(({"__name__": "a"}, []))
    request.timeseries[0].histograms.add(sum=1.0, timestamp=NOW)
    (raw,) = series_of(request.SerializeToString())
    series = finished(split(raw, 1))
    assert (series.histograms, series.count) == (1, 0)


@pytest.mark.parametrize("field", [b"\x12\x00", b"\x0a\x00", b"\x22\x00", b"\x28\x00"])
def test_a_series_of_very_many_fields_is_read_in_short_steps(field):
    assert sum(1 for _ in split(field * 20_000, 2**20)) >= 19


@pytest.mark.parametrize("sample", [b"\x12\x00", b"\x12\x02\x10\x05"])
def test_unusual_samples_are_read_in_short_steps(sample):
    assert sum(1 for _ in read_samples(sample * 20_000)) >= 39


def test_a_series_is_read_little_further_than_its_limit_of_samples():
    assert 5000 < finished(split(b"\x12\x00" * 1_000_000, 5000)).count <= 7000
