import pytest

from alerts.backtest.engine import AlertHistory
from alerts.backtest.lives import Life
from alerts.ci.verdict import Expected, Verdict, verdict
from collector.labels import Labels
from collector.rules.files import AlertingRule, RuleGroup

INCIDENT = Expected(1_000.0, 5_000.0, 2_000.0, 120.0)
QUIET = Expected(1_000.0, 5_000.0, 1_000.0, None)
PAGE = Labels({"alertname": "A", "severity": "page"})
RULE = AlertingRule("A", "x")


def history(*lives, **labels):
    named = Labels({"alertname": "A", "severity": "page", **labels})
    return AlertHistory(RuleGroup("g", 15.0, (RULE,)), RULE, {named: list(lives)})


@pytest.mark.parametrize(
    ("lives", "expected"),
    [
        ([], Verdict(None, None, (), "no page")),
        ([Life(2_000.0, None, 2_100.0)], Verdict(None, None, (), "no page")),
        ([Life(2_000.0, 2_100.0, 3_000.0)], Verdict(100.0, 1_000.0, ("A",), "")),
        ([Life(2_000.0, 2_121.0, None)], Verdict(121.0, None, ("A",), "pages too late")),
        ([Life(1_900.0, 1_990.0, 3_000.0)], Verdict(-10.0, 1_000.0, ("A",), "pages before the onset")),
        ([Life(900.0, 900.0, 1_100.0)], Verdict(None, None, (), "no page", already=(PAGE,))),
        ([Life(900.0, 900.0, 1_000.0)], Verdict(None, None, (), "no page")),
        ([Life(2_010.0, 2_010.0, 2_050.0), Life(2_060.0, 2_060.0, 2_090.0)], Verdict(10.0, 90.0, ("A",), "")),
    ],
)
def test_an_incident_wants_a_page_in_time_and_none_before(lives, expected):
    assert verdict([history(*lives)], INCIDENT) == expected


def test_a_quiet_day_wants_no_page():
    assert verdict([history()], QUIET).problem == ""
    assert verdict([history(Life(2_000.0, 2_000.0, 2_015.0))], QUIET).problem == "pages on a quiet day"


def test_what_paged_is_told_by_slo_and_tier():
    burn = history(Life(2_010.0, 2_010.0, 2_050.0), slo="orders", tier="fast")
    assert verdict([burn], INCIDENT).by == ("orders · fast",)


@pytest.mark.parametrize(
    ("labels", "pages"),
    [
        ({"severity": "critical"}, True),
        ({"severity": "ticket"}, False),
        ({"severity": "", "sloth_severity": "page"}, True),
        ({"severity": "warning"}, False),
    ],
)
def test_what_pages_is_told_by_labels(labels, pages):
    found = verdict([history(Life(2_000.0, 2_000.0, None), **labels)], INCIDENT)
    assert (found.page_seconds is not None) == pages
