import pytest

from commerce_app.drill.comparison import directions_agree, protected_verdict
from commerce_app.drill.document import read_document
from commerce_app.drill.measure import SloResult
from commerce_app.drill.onsets import Course
from commerce_app.drill.series import SERIES

DOCUMENT = read_document()


def measured(before, peak, after):
    return Course(before, peak, after, None, None, None)


def test_the_document_has_figures_for_what_is_measured():
    assert set(DOCUMENT.series) == {each.name for each in SERIES}
    for each in SERIES:
        assert (DOCUMENT.series[each.name].trouble == "rises") is each.rises


@pytest.mark.parametrize(
    ("course", "agrees"),
    [
        (measured(0.8, 0.3, 0.9), True),
        (measured(0.8, 0.9, 0.8), False),
        (measured(0.8, 0.3, 0.2), False),
        (measured(None, 0.3, 0.9), False),
    ],
)
def test_directions_are_into_trouble_and_out_again(course, agrees):
    assert directions_agree(DOCUMENT.series["hit_rate"], course) is agrees


@pytest.mark.parametrize(
    ("act", "held"),
    [
        ({"placed": 95}, True),
        ({"placed": 94, "refused": 6}, False),
        ({"page_at": 1.0}, False),
        ({"slos": (SloResult("order-latency", 0.99, 0.2),)}, False),
        ({"slos": ()}, False),
    ],
)
def test_protected_holds_when_served_kept_and_quiet(act, held, act_record):
    assert protected_verdict(act_record(**act))["held"] is held
