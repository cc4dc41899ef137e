from itertools import count

import pytest

from collector.errors import RemoteWriteError
from collector.labels import Labels
from collector.remotewrite import request
from collector.remotewrite.order import Ages, Refused
from collector.remotewrite.request import points_of
from collector.remotewrite.series import KnownSeries
from collector.steps import finished

NOW = 1_756_861_500_000
AGES = Ages(-(2**62), 2**62)
SAMPLE = b"\x12\x10\x09" + b"\x01" * 8 + b"\x10" + b"\x80" * 5 + b"\x01"


class Store:
    """Numbers series as they come."""

    def __init__(self):
        self.made = []
        self._numbers = count()

    def series_id(self, labels):
        self.made.append(labels)
        return next(self._numbers)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def known(store):
    return KnownSeries(store.series_id)


def series(content):
    length = (
        bytes([len(content)]) if len(content) < 128 else bytes([len(content) & 127 | 128, len(content) >> 7])
    )
    return b"\x0a" + length + content


def steps_of(steps):
    return sum(1 for _ in steps)


@pytest.mark.parametrize("junk", [b"\x0a\x00", b"\x1a\x00", b"\x28\x00", series(b"\x0a\x00"), series(SAMPLE)])
def test_a_request_is_read_in_short_steps(known, junk):
    assert steps_of(points_of(junk * 20_000, known, AGES)) >= 40


def test_new_series_are_made_one_in_a_step(new_request, known, store):
    many = new_request(*[({"__name__": "a", "n": str(n)}, [(NOW, 1.0)]) for n in range(100)])
    steps = points_of(many.SerializeToString(), known, AGES)
    made = [len(store.made) for _ in steps]
    assert sorted(set(made)) == list(range(101))


def test_a_series_that_another_request_made_meanwhile_is_not_made_again(new_request, known, store):
    same = new_request(
        ({"__name__": "a"}, [(NOW, 1.0)]), ({"__name__": "b"}, [(NOW, 1.0)])
    ).SerializeToString()
    slow = points_of(same, known, AGES)
    for _ in range(3):  # two are looked at, one is made
        next(slow)
    finished(points_of(same, known, AGES))
    assert finished(slow).points.series.tolist() == [0, 1]
    assert store.made == [Labels({"__name__": "a"}), Labels({"__name__": "b"})]


def test_empty_series_count_and_the_limit_is_named(known, monkeypatch):
    monkeypatch.setattr(request, "MOST_SERIES", 6)
    assert len(finished(points_of(b"\x0a\x00" * 6, known, AGES)).points.series) == 0
    with pytest.raises(RemoteWriteError, match="at most 6 series, found more"):
        finished(points_of(b"\x0a\x00" * 7, known, AGES))


def test_labels_of_new_series_are_bounded_on_average(new_request, known, store, monkeypatch):
    monkeypatch.setattr("collector.label_pairs.FREE_PAIRS", 10)
    wide = {"__name__": "a"} | {f"l{n}": "x" for n in range(40)}
    few = new_request((wide, [(NOW, 1.0)])).SerializeToString()
    more = new_request(({"__name__": "b"}, [(NOW, 1.0)])).SerializeToString()
    with pytest.raises(RemoteWriteError, match="at most 40 labels, 30 a series, found more: nothing of it"):
        finished(points_of(few, known, AGES))
    assert not store.made
    assert len(finished(points_of(few + more, known, AGES)).points.series) == 2
    assert len(finished(points_of(few, known, AGES)).points.series) == 1


@pytest.mark.parametrize(
    "content", [series(SAMPLE * 6), series(b"\x12\x00" * 6), series(b"\x22\x00" * 6), series(SAMPLE) * 6]
)
def test_samples_and_histograms_count_and_nothing_is_made_beyond_the_limit(
    known, store, monkeypatch, content
):
    monkeypatch.setattr(request, "MOST_SAMPLES", 6)
    name = series(b"\x0a\x0d\x0a\x08__name__\x12\x01a" + SAMPLE)
    assert finished(points_of(content, known, AGES)) is not None
    with pytest.raises(RemoteWriteError, match="at most 6 samples, found more: nothing of it is kept"):
        finished(points_of(content + name, known, AGES))
    assert Labels({"__name__": "a"}) not in store.made


def test_series_without_a_sample_that_may_be_are_not_made(new_request, known, store):
    asked = new_request(
        ({"__name__": "new"}, [(NOW + 1, 1.0), (NOW + 2, 1.0)]),
        ({"__name__": "none"}, []),
        ({"__name__": "some"}, [(NOW + 1, 1.0), (NOW, 2.0)]),
        ({"__name__": "old"}, [(NOW - 6, 1.0)]),
    )
    read = finished(points_of(asked.SerializeToString(), known, Ages(NOW - 5, NOW)))
    assert store.made == [Labels({"__name__": "some"})]
    assert read.points.times.tolist() == [NOW + 1, NOW]
    assert read.refused == {Refused.TOO_NEW: 2, Refused.TOO_OLD: 1}


def test_labels_that_are_no_protobuf_make_nothing_of_those_before(new_request, known, store):
    good = new_request(({"__name__": "a"}, [(NOW, 1.0)])).SerializeToString()
    with pytest.raises(RemoteWriteError):
        finished(points_of(good + series(b"\x0a\x03\x0a\xff\xff" + SAMPLE), known, AGES))
    assert not store.made
