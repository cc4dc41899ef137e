import re
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import BudgetBar, Chart, Language, Line, Mark, Unit
from alerts.charts.svg import render_budget_bar, render_chart, stylesheet

SEOUL = ZoneInfo("Asia/Seoul")
TEN = 1756861200.0


def chart(language=Language.KO, title="적중률"):
    times = tuple(TEN + 10 * n for n in range(100))
    lines = [Line("적중률", times, tuple(0.8 if n < 50 else 0.35 for n in range(100)))]
    return Chart(
        "hit", title, Unit.RATIO, lines, TEN, TEN + 990, SEOUL, language, marks=[Mark(TEN + 60, "알람")]
    )


def test_figure_says_in_words_what_it_draws():
    figure = ET.fromstring(str(render_chart(chart())))
    text = "".join(figure.itertext())
    assert "2025-09-03 10:00:00~10:16:30 KST" in text
    assert "적중률: 최소 35%(10:08:20), 최대 80%(10:00:00), 마지막 35%." in text


def test_where_clocks_change_a_chart_says_by_which():
    times = (1793511000.0, 1793513700.0)
    line = Line("p95", times, (1.0, 2.0))
    shown = Chart("x", "p95", Unit.SECONDS, [line], *times, ZoneInfo("America/New_York"), Language.EN)
    text = "".join(ET.fromstring(str(render_chart(shown))).itertext())
    assert "2026-11-01 01:30:00 EDT to 01:15:00 EST" in text
    assert "highest 2 s (01:15:00 EST)" in text


def test_the_picture_is_named_by_its_title_and_summary():
    figure = ET.fromstring(str(render_chart(chart())))
    names = figure.find("svg").get("aria-labelledby").split()
    ids = {element.get("id") for element in figure.iter()}
    assert set(names) <= ids


def test_table_thins_the_points_and_says_so():
    figure = ET.fromstring(str(render_chart(chart(Language.EN))))
    assert len(figure.findall("details/table/tbody/tr")) == 25
    assert "25 of 100 points" in figure.find("details/summary").text


def test_texts_are_escaped():
    html = str(render_chart(chart(title='<script>"x"</script>')))
    assert "<script>" not in html
    ET.fromstring(html)


@pytest.mark.parametrize(
    ("remaining", "tone", "text"),
    [
        (0.62, "good", "오류 예산 62% 남음"),
        (0.1, "warn", "오류 예산 10% 남음"),
        (-0.3, "bad", "오류 예산 30% 초과 소진"),
        (None, "plain", "오류 예산: 데이터 없음"),
        (float("nan"), "plain", "오류 예산: 데이터 없음"),
    ],
)
def test_budget_bar_states_what_is_left(remaining, tone, text):
    figure = ET.fromstring(str(render_budget_bar(BudgetBar("b", "주문", remaining, Language.KO))))
    assert figure.get("class") == f"budget {tone}"
    assert text in "".join(figure.itertext())


def test_stylesheet_fetches_nothing_and_knows_dark_and_print():
    css = str(stylesheet())
    assert not re.search(r"url\(|@import|https?:", css)
    assert "prefers-color-scheme: dark" in css
    assert "@media print" in css
