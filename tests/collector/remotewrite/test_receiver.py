import tracemalloc

import cramjam
import numpy as np
import pytest

from collector.clock import ManualClock
from collector.errors import RemoteWriteError
from collector.labels import Labels
from collector.remotewrite.order import Refused
from collector.remotewrite.receiver import MAX_BYTES, Receiver, unpacked
from collector.steps import finished
from collector.store.durable import SampleStore

NOW = 1_756_861_500_000
UP = {"__name__": "up", "job": "shop"}
DAY_MS = 86_400_000


@pytest.fixture
def receiver(store):
    return Receiver(store, ManualClock(NOW / 1000), window_seconds=0.0, keep_seconds=lambda: 60 * 86_400.0)


def write(store, receiver, request):
    batch, received = receiver.take(request)
    store.write([batch])
    store.seal()
    return received


def held(store):
    found = {}
    for group in store.select([], -(2**60), 2**60):
        for labels, values in zip(group.labels, group.values, strict=True):
            found[labels] = list(zip(group.times.tolist(), values.tolist(), strict=True))
    return found


def test_known_and_new_series_in_any_layout(store, receiver, packed):
    other = UP | {"job": "stack"}
    write(store, receiver, packed((UP, [(NOW, 1.0)])))
    later = [(NOW + 1, 0.0), (NOW + 2, 2.5), (NOW + 3, 0.0)]
    assert write(store, receiver, packed((UP, later[:1]), (other, later))).kept == 4
    assert write(store, receiver, packed((UP, later[1:2]), (UP, later[2:]))).kept == 2
    assert held(store) == {Labels(UP): [(NOW, 1.0), *later], Labels(other): later}


def test_thirty_days_of_one_series_after_thirty_days_of_another(store, receiver, packed):
    month = [(NOW - 30 * DAY_MS + n * 60_000, float(n)) for n in range(30 * 1440)]
    for job in ("a", "b"):
        received = write(store, receiver, packed((UP | {"job": job}, month)))
        assert (received.kept, received.refusal) == (len(month), "")
    both = [(UP | {"job": job}, month) for job in ("d", "c")]
    assert write(store, receiver, packed(*both)).refusal == ""
    assert list(held(store).values()) == [month] * 4


def test_staleness_markers_stay_bit_for_bit(store, receiver, packed):
    stale = np.array([0x7FF0000000000002], np.uint64).view(np.float64)[0]
    write(store, receiver, packed((UP, [(NOW, 1.0), (NOW + 1, stale)])))
    (group,) = store.select([], NOW + 1, NOW + 1)
    assert group.values.view(np.uint64).tolist() == [[0x7FF0000000000002]]


def test_a_request_again_is_no_error_until_it_says_otherwise(store, receiver, packed):
    for _ in range(2):
        assert write(store, receiver, packed((UP, [(NOW, 1.0)]))).refusal == ""
    refusal = write(store, receiver, packed((UP, [(NOW, 2.0)]))).refusal
    assert refusal == "samples not kept: 1 for a time that has another value; all others are kept"
    assert held(store) == {Labels(UP): [(NOW, 1.0)]}


def test_a_request_again_after_its_samples_were_cut_into_blocks(store, receiver, packed):
    many = [(UP | {"n": str(n)}, [(NOW - 100_000 + k, float(k)) for k in range(2000)]) for n in range(101)]
    write(store, receiver, packed(*many))
    assert store.counters.cut_blocks
    last = [(labels, samples[-1:]) for labels, samples in many]
    assert write(store, receiver, packed(*last)).refusal == ""
    assert receiver.refused.total() == 0


def test_what_cannot_be_kept_is_said_and_counted_and_the_rest_is_kept(store, receiver, packed):
    request = packed(
        ({"job": "nameless"}, [(NOW, 1.0)]),
        (UP, [(NOW, 1.0), (NOW - 1, 1.0), (NOW + 601_000, 1.0), (NOW - 61 * DAY_MS, 1.0), (NOW + 1, 1.0)]),
    )
    refusal = write(store, receiver, request).refusal
    for part in ("no metric name", "out of order", "more than ten minutes ahead", "too old"):
        assert part in refusal
    assert held(store) == {Labels(UP): [(NOW, 1.0), (NOW + 1, 1.0)]}
    assert set(receiver.refused) == {
        Refused.INVALID_LABELS,
        Refused.OUT_OF_ORDER,
        Refused.TOO_NEW,
        Refused.TOO_OLD,
    }


def test_a_request_that_is_refused_whole_makes_no_series(store, receiver, packed):
    many = [(UP | {"n": str(n)}, [(NOW + 601_000, 1.0)]) for n in range(3)]
    assert "3 more than ten minutes ahead" in write(store, receiver, packed(*many)).refusal
    assert (len(store.index), store._unsaved) == (0, [])


def test_native_histograms_are_refused_and_the_rest_is_kept(store, receiver, new_request):
    request = new_request((UP, [(NOW, 1.0)]))
    request.timeseries[0].histograms.add(sum=1.0, timestamp=NOW)
    refusal = write(store, receiver, bytes(cramjam.snappy.compress_raw(request.SerializeToString()))).refusal
    assert "1 native histograms, which are not supported" in refusal
    assert held(store) == {Labels(UP): [(NOW, 1.0)]}


def test_a_request_that_breaks_off_keeps_and_learns_nothing(store, receiver, new_request):
    whole = new_request((UP, [(NOW, 1.0)]), (UP | {"job": "b"}, [(NOW, 1.0)])).SerializeToString()
    with pytest.raises(RemoteWriteError, match="cut off"):
        receiver.take(bytes(cramjam.snappy.compress_raw(whole[:-1])))
    assert store._unsaved == []


@pytest.mark.parametrize("place", [-1, NOW - 2**53, -(2**53)])
def test_times_before_1970_are_taken_as_imports_take_them(store, receiver, packed, place):
    receiver = Receiver(store, ManualClock(NOW / 1000), window_seconds=0.0, keep_seconds=lambda: 0.0)
    assert write(store, receiver, packed((UP, [(place, 1.0)]))).refusal == ""
    assert held(store) == {Labels(UP): [(place, 1.0)]}


def test_times_that_no_query_can_ask_for_are_too_old(store, packed):
    receiver = Receiver(store, ManualClock(NOW / 1000), window_seconds=0.0, keep_seconds=lambda: 0.0)
    assert "too old" in write(store, receiver, packed((UP, [(-(2**53) - 1, 1.0)]))).refusal


def test_samples_are_judged_by_what_the_store_holds_when_all_are_read(store, receiver, packed):
    late = receiver.taking(packed((UP, [(NOW, 1.0)])))
    next(late)
    write(store, receiver, packed((UP, [(NOW + 1, 1.0)])))
    _, received = finished(late)
    assert received.refusal.startswith("samples not kept: 1 out of order")


@pytest.mark.parametrize("packed_bytes", [b"", b"\xff" * 8, b"\x05abc", b"plain text"])
def test_what_is_no_snappy_block(packed_bytes):
    with pytest.raises(RemoteWriteError, match="no snappy block"):
        unpacked(packed_bytes)


def test_a_block_that_claims_to_be_large_allocates_nothing():
    claim = b"\xff\xff\xff\xff\x0f" + b"\x00" * 100
    tracemalloc.start()
    with pytest.raises(RemoteWriteError, match=f"at most {MAX_BYTES} bytes") as raised:
        unpacked(claim)
    assert raised.value.too_large
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_samples_are_there_after_a_restart(tmp_path, packed):
    for round_number in range(2):
        store = SampleStore(tmp_path)
        receiver = Receiver(store, ManualClock(NOW / 1000), window_seconds=0.0, keep_seconds=lambda: 0.0)
        write(store, receiver, packed((UP, [(NOW + round_number, 1.0)])))
        store.close()
    store = SampleStore(tmp_path)
    assert held(store) == {Labels(UP): [(NOW, 1.0), (NOW + 1, 1.0)]}
    store.close()
