import html
import math
import re
from urllib.parse import quote

import numpy as np
import pytest

from alerts.charts.model import Line, Unit
from collector.errors import QueryError
from collector.labels import Labels
from collector.series import Series
from dashboards.web.figures import MOST_LINES, _unit_of
from dashboards.web.show import Show

PAGE = "/incidents/2025-09-03-1"


def test_alert_leads_to_its_expression_over_the_last_hour(site):
    site.incident()
    expression = 'a{b="<c>"} > 1'
    url = f"http://here:9600/graph?g0.expr={quote(expression, safe='')}&g0.tab=1"
    site.database.change(
        lambda c: site.alert(c, "2025-09-03-1", at=site.clock.now() + 1, source=url, alertname="Own", slo="")
    )
    address = html.unescape(re.search(r'href="(/graph[^"]+)"', site.html(f"{PAGE}?lang=ko"))[1])
    assert address.endswith("&lang=ko")
    page = site.html(address)
    assert site.querier.asked[-1] == expression
    assert re.search(r'class="language" href="\?g0.expr=a[^"]+lang=en"', page)
    assert "a{b=&#34;&lt;c&gt;&#34;} &gt; 1" in page
    assert '<figure class="chart" id="graph"' in page


def test_query_that_fails_is_said(site):
    site.querier.failure = QueryError("unexpected <", kind="bad_data", retryable=False)
    assert "could not be drawn: unexpected &lt;" in site.html("/graph?g0.expr=x<")


def test_more_series_than_lines_are_counted(site, monkeypatch):
    times = np.array([site.clock.now() - 60, site.clock.now()])
    found = [Series(Labels({"n": str(n)}), times, times * 0 + n) for n in range(MOST_LINES + 2)]
    monkeypatch.setattr(site.querier, "range", lambda *_: found)
    assert "2 more series" in site.html("/graph?g0.expr=up")


def test_nothing_to_draw_is_explained(site, monkeypatch):
    monkeypatch.setattr(site.querier, "range", lambda *_: [])
    assert "answers nothing in the last hour" in site.html("/graph?g0.expr=up")
    answer = site.get("/graph?g0.expr=+")
    assert (answer.status_code, "/graph?g0.expr=up" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("values", "unit"),
    [((0.2, math.nan), Unit.RATIO), ((0.2, 14.0), Unit.COUNT), ((0.0, 1.0), Unit.COUNT), ((), Unit.COUNT)],
)
def test_small_values_do_not_read_as_zero(values, unit):
    assert _unit_of([Line("", tuple(range(len(values))), values)]) is unit


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("http://here:9600/graph?g0.expr=up", "/graph?g0.expr=up"),
        ("http://prometheus:9090/graph?g0.expr=up", "http://prometheus:9090/graph?g0.expr=up"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_other_servers_alerts_lead_there(url, link):
    assert Show("en", None, 0.0).source(url, "http://here:9600") == link
