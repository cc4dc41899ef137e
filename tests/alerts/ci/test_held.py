import numpy as np
import pytest

from alerts.ci.held import Unheld, covers, held
from alerts.ci.verdict import PAGING
from alerts.selectors import matchers_of
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

PAGE = {"severity": "page"}
RATIO = [
    {"record": "bad", "expr": 'sum(rate(x_total{status=~"5.."}[1m]))'},
    {"alert": "High", "expr": "bad / sum(rate(x_total[1m])) > 0.5", "labels": PAGE},
]


def groups_of(*rules):
    return parse_groups({"groups": [{"name": "g", "rules": list(rules)}]})


def of(rules, *frozen_with, metric="x_total"):
    store = MemoryStore()
    store.append_column(Labels({"__name__": metric}), np.array([0]), np.array([0.0]))
    selectors = None if frozen_with == (None,) else tuple(map(matchers_of, frozen_with))
    return held(groups_of(*rules), store, selectors, PAGING)


@pytest.mark.parametrize(
    ("wide", "narrow", "is_covered"),
    [
        ("x", "x", True),
        ("x", 'x{a="1"}', True),
        ('x{a="1"}', "x", False),
        ('x{status=~"5.."}', 'x{status="503"}', True),
        ('x{status=~"5.."}', 'x{status=~"500|503"}', True),
        ('x{status=~"5.."}', 'x{status=~"50."}', False),  # it may be, but the texts do not say so
        ('x{status=~"5.."}', 'x{status="404"}', False),
        ('x{a!=""}', 'x{a="1"}', True),
        ('{__name__=~"x|y"}', "x", True),
        ("y", "x", False),
    ],
)
def test_a_selector_is_covered_by_a_wider_one(wide, narrow, is_covered):
    assert covers(matchers_of(wide), matchers_of(narrow)) == is_covered


def test_an_alert_is_judged_by_what_was_frozen_with_all_that_it_reads():
    assert of(RATIO, "x_total") == of(RATIO, "x_total", "y")
    assert (of(RATIO, "x_total").unheld, of(RATIO, "x_total").is_judged) == ((), True)


def test_half_of_a_ratio_judges_nothing():
    found = of(RATIO, 'x_total{status=~"5.."}')
    assert found.unheld == (Unheld("High", ("x_total",)),)
    assert (found.groups, found.is_judged) == ((), False)


def test_other_alerts_are_judged_still():
    other = {"alert": "Other", "expr": "y > 1", "labels": PAGE}
    found = of([*RATIO, other], "x_total")
    assert ([one.alert for one in found.unheld], found.is_judged) == (["Other"], True)
    assert [rule.name for group in found.groups for rule in group.rules] == ["bad", "High"]


def test_a_ticket_alone_judges_no_page():
    ticket = {"alert": "Ticket", "expr": "y > 1", "labels": {"severity": "ticket"}}
    assert not of([*RATIO, ticket], "y").is_judged
    assert of([ticket], "y").is_judged


def test_what_reads_nothing_is_always_judged():
    assert of([{"alert": "Always", "expr": "vector(1)", "labels": PAGE}], "y").is_judged


def test_a_case_without_selectors_judges_what_reads_any_of_its_metrics():
    assert of(RATIO, None).is_judged
    assert of([{"alert": "A", "expr": "x_total / y > 1", "labels": PAGE}], None).is_judged
    assert of(RATIO, None, metric="y").unheld == (Unheld("High", ("x_total", 'x_total{status=~"5.."}')),)
