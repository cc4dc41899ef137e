import pytest

from alerts.complaints import AGAIN_SECONDS, MOST_KNOWN, Complaints


@pytest.mark.parametrize(
    ("times", "counts"),
    [
        ([0.0], [1]),
        ([0.0, 1.0, 59.0], [1, 0, 0]),
        ([0.0, 1.0, 59.0, AGAIN_SECONDS, 61.0], [1, 0, 0, 3, 0]),
        ([0.0, AGAIN_SECONDS, 2 * AGAIN_SECONDS], [1, 1, 1]),
        ([100.0, 50.0], [1, 1]),
    ],
    ids=["first", "soon", "counted", "seldom", "clock-set-back"],
)
def test_error_is_logged_once_a_minute_with_its_count(times, counts):
    complaints = Complaints()
    assert [complaints.count("damaged", at) for at in times] == counts


def test_distinct_errors_are_logged_each():
    complaints = Complaints()
    assert [complaints.count(text, 0.0) for text in ("one", "two", "one")] == [1, 1, 0]


def test_as_many_as_are_remembered_is_bounded():
    complaints = Complaints()
    for number in range(MOST_KNOWN + 1):
        complaints.count(str(number), 0.0)
    assert (complaints.count("0", 1.0), complaints.count("2", 1.0)) == (1, 0)
