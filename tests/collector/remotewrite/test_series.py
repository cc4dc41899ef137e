import pytest

from collector.labels import Labels
from collector.remotewrite import series
from collector.remotewrite.series import InvalidLabelsError, KnownSeries, checked_labels
from collector.remotewrite.wire import series_of, split
from collector.steps import finished


def raw(new_request, labels):
    (series,) = series_of(new_request((labels, [])).SerializeToString())
    return finished(split(series, 0)).labels


def test_labels_may_come_in_any_order_and_empty_ones_do_not_exist(new_request):
    found = checked_labels(raw(new_request, [("job", "shop"), ("__name__", "up"), ("dc", "")]))
    assert found == Labels({"__name__": "up", "job": "shop"})


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], "no metric name"),
        ([("job", "shop")], "no metric name"),
        ([("__name__", "")], "no metric name"),
        ([("__name__", "a"), ("job", "x"), ("job", "y")], "'job' occurs twice"),
        ([("__name__", "a"), ("job", "x"), ("job", "")], "'job' occurs twice"),
        ([("__name__", "a")] + [(f"l{n}", "x") for n in range(1000)], "expected at most 1000, found more"),
        ([("__name__", "a"), ("l", "x" * 2**20)], "bytes: expected at most 1048576"),
        ([("__name__", "a"), ("", "x")], "label name ''"),
    ],
)
def test_labels_that_no_series_may_have(new_request, labels, said):
    with pytest.raises(InvalidLabelsError, match=said):
        checked_labels(raw(new_request, labels))


def test_names_may_be_any_text(new_request):
    found = checked_labels(raw(new_request, [("__name__", "my.metric"), ("9-é", "x")]))
    assert found == Labels({"__name__": "my.metric", "9-é": "x"})


def test_labels_that_are_no_utf8():
    with pytest.raises(InvalidLabelsError, match="no UTF-8"):
        checked_labels(b"\x0a\x04\x0a\x02\xff\xfe")


def test_a_series_is_learned_once_and_what_is_remembered_is_bounded(new_request, monkeypatch):
    monkeypatch.setattr(series, "_REMEMBERED", 2)
    known = KnownSeries(lambda labels: int(labels["n"]))
    for n in range(5):
        key = raw(new_request, {"__name__": "a", "n": str(n)})
        assert known.learn(key, checked_labels(key)) == known.numbers[key] == n
        assert len(known.numbers) <= 2


def test_very_long_labels_are_not_remembered(new_request):
    known = KnownSeries(lambda _labels: 7)
    key = raw(new_request, {"__name__": "a", "n": "x" * 5000})
    assert known.learn(key, checked_labels(key)) == 7
    assert not known.numbers
