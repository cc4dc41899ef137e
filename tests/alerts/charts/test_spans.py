from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from alerts.charts.model import Band, Tone
from alerts.charts.spans import LEFT, RIGHT, Panel, Row, Span, SpanChart, lay_out_spans
from alerts.charts.svg import render_spans

DAY = 86_400.0
ROWS = [Row("a", [Span(0, DAY / 2, "half", Tone.GOOD), Span(DAY / 2, DAY / 2 + 1, "short", Tone.BAD)])]
PANEL = Panel("one", 0.0, DAY, ROWS, [Band(DAY * 0.75, DAY * 2, "late")])
CHART = SpanChart(
    "Spans <&>", [PANEL, Panel("two", 0.0, DAY, [])], ZoneInfo("UTC"), [(Tone.GOOD, "good")], ["note"]
)


def test_spans_stand_where_their_times_do_and_short_ones_show():
    half, short = lay_out_spans(CHART).panels[0].bars
    assert (half.x, half.width) == (LEFT, (RIGHT - LEFT) / 2)
    assert (short.x, short.width) == ((LEFT + RIGHT) / 2, 3.0)


def test_a_band_ends_with_its_panel():
    (shade,) = lay_out_spans(CHART).panels[0].shades
    assert shade.x + shade.width == RIGHT


def test_panels_do_not_overlap():
    first, second = lay_out_spans(CHART).panels
    assert second.y > first.notes[-1].position > first.bottom


def test_the_picture_stands_alone_and_escapes():
    root = ET.fromstring(render_spans(CHART))
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Spans <&>" in texts
    assert "nothing fired" in texts
