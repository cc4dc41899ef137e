import pytest

from postmortem.alerted import may_be_about
from postmortem.records import Alert, Signal

CACHE = Signal(
    name="hits",
    role="cache",
    service="cache",
    unit="ratio",
    query="rate(hits_total[1m]) / rate(asked_total[1m])",
)
GRAPH = "http://prometheus:9090/graph?g0.tab=1&g0.expr="


def alert(url="", **labels):
    return Alert(labels={"alertname": "A", **labels}, starts_at=0, generator_url=url)


@pytest.mark.parametrize(
    ("made", "is_about"),
    [
        (alert(guardrail="hits", service="shop"), True),
        (alert(guardrail="other", service="cache"), True),
        (alert(guardrail="other", service="shop"), False),
        (alert(slo="reads", service="cache"), False),
        (alert(f"{GRAPH}sum(rate(hits_total%5B5m%5D))%3C3", service="shop"), True),
        (alert(f"{GRAPH}up%3D%3D0", service="cache"), False),
        (alert(f"{GRAPH}job:hits:ratio%3C0.5", service="cache"), True),
        (alert(f"{GRAPH}rate(", service="cache"), True),
        (alert(service="shop"), False),
        (alert(service="cache"), True),
        (alert(), True),
        (alert("http://["), True),
    ],
)
def test_an_alert_is_about_what_it_names_what_it_reads_or_its_service(made, is_about):
    assert may_be_about(made, CACHE) is is_about
