from zoneinfo import ZoneInfo

from alerts.charts import layout
from alerts.charts.model import Band, Chart, Line, Mark, Threshold, Unit


def chart(**changes):
    times = tuple(float(t) for t in range(0, 101, 10))
    values = tuple(0.1 for _ in times)
    kept = {"lines": [Line("p95", times, values)], "unit": Unit.SECONDS}
    return Chart("c", "Latency", start=0.0, end=100.0, zone=ZoneInfo("UTC"), **{**kept, **changes})


def test_threshold_lies_inside_the_picture_even_when_no_line_reaches_it():
    placed = layout.lay_out(chart(thresholds=[Threshold(0.5, "objective")]))
    assert layout.TOP <= placed.thresholds[0].position < layout.BOTTOM


def test_ratios_stop_at_one_hundred_per_cent():
    placed = layout.lay_out(chart(unit=Unit.RATIO, lines=[Line("hit", (0.0, 100.0), (0.93, 0.97))]))
    assert placed.value_ticks[-1].label == "100%"


def test_marks_are_numbered_in_time_order_and_do_not_cover_each_other():
    flags = layout.lay_out(chart(marks=[Mark(51, "later"), Mark(50, "earlier"), Mark(500, "outside")])).flags
    assert [(flag.number, flag.label) for flag in flags] == [(1, "earlier"), (2, "later")]
    assert flags[0].y != flags[1].y


def test_bands_are_cut_to_the_window():
    (stripe,) = layout.lay_out(chart(bands=[Band(-50, 150, "incident")])).bands
    assert (stripe.left, stripe.width) == (layout.LEFT, layout.RIGHT - layout.LEFT)


def test_a_chart_without_data_still_has_axes():
    placed = layout.lay_out(chart(lines=[Line("p95", (), ())]))
    assert placed.value_ticks
    assert placed.traces[0].path == ""
