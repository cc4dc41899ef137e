"""Totals that are no total: what is good or bad itself, and what leaves failures out."""

import numpy as np
import pytest

from alerts.check.analysis import Known, check
from alerts.check.observe import observe
from alerts.check.totals import Exceeded, exceeded_finding, total_findings
from alerts.policy import load_policy
from alerts.slo import Sli, SliKind, Slo, bad_beyond, bad_counted, bad_remaining
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

HOUR = 3600.0
NOW = 12 * HOUR
OUTAGE = (9 * HOUR + 600, 9 * HOUR + 1800)
POLICIES = {"default": load_policy("default")}


def counted(metric):
    return f"sum(increase({metric}[$window]))"


def slo(bad, total):
    return Slo("mail", "celery", 0.99, Sli(SliKind.AVAILABILITY, bad, total, "busy"))


@pytest.fixture
def querier():
    """A task a second; for twenty minutes of the tenth hour all fail."""
    store, times = MemoryStore(), np.arange(0, NOW + 1, 30)
    failed = np.clip(times, *OUTAGE) - OUTAGE[0]
    for name, values in (("failed_total", failed), ("succeeded_total", times - failed), ("all_total", times)):
        store.append_column(Labels({METRIC_NAME: name}), (times * 1000).astype(np.int64), values)
    return EmbeddedQuerier(store)


def found(querier, total):
    mail = slo(bad_counted(counted("failed_total"), counted(total)), counted(total))
    known = Known(observed={("celery", "mail"): observe(querier, mail, NOW, 12 * HOUR)})
    return {one.rule: one for one in check([mail], POLICIES, known).findings}


def test_a_total_that_leaves_failures_out_is_seen_in_an_outage(querier):
    finding = found(querier, "succeeded_total")["bad-exceeds-total"]
    assert finding.level == "error"
    assert "bad exceeded total: 300 bad of 0 in the five minutes to 1970-01-01T09:" in finding.message


def test_a_total_of_all_is_none_of_them(querier):
    assert "bad-exceeds-total" not in found(querier, "all_total")


def test_failures_that_are_counted_a_little_later_are_a_warning():
    assert exceeded_finding(slo("b", "t"), Exceeded(0.0, 120.0, 100.0, 1)).level == "warning"


@pytest.mark.parametrize(
    ("bad", "total", "rules"),
    [
        (bad_remaining(counted("a_total"), counted("a_total")), counted("a_total"), ["same-queries"]),
        (bad_remaining(counted("a_total"), counted(" a_total ")), counted("a_total"), ["same-queries"]),
        (bad_beyond(counted("a_total"), counted("a_total")), counted("a_total"), ["same-queries"]),
        (bad_counted(counted("a_total"), counted("a_total")), counted("a_total"), ["same-queries"]),
        (bad_remaining(counted('a_total{ok="1"}'), counted("a_total")), counted("a_total"), []),
        (
            bad_counted(counted("x_failed_total"), counted("x_succeeded_total")),
            counted("x_succeeded_total"),
            ["total-without-failures"],
        ),
        (bad_counted(counted("x_failed_total"), counted("x_total")), counted("x_total"), []),
    ],
)
def test_queries_alone_tell_a_total_that_is_none(bad, total, rules):
    assert [one.rule for one in total_findings(slo(bad, total))] == rules


def test_a_sum_of_both_is_a_total():
    total = f"{counted('x_succeeded_total')} + {counted('x_failed_total')}"
    assert list(total_findings(slo(bad_counted(counted("x_failed_total"), total), total))) == []
