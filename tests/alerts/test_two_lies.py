"""What an average of ratios says of a month, and what counted events say (docs/decisions/0003)."""

import math

import numpy as np
import pytest

from alerts.backtest.engine import alert_histories
from alerts.compile import HANG_ALERT, CompileOptions, compile_slos, policies_of
from alerts.expressions import bad_name, is_tiled, total_name
from alerts.slo import Sli, SliKind, Slo, bad_counted
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups

DAY, HOUR, SCRAPE = 86_400, 3600, 15
MONTH = 30 * DAY
TOTAL = "sum(increase(all_total[$window]))"
WEB = Slo(
    "web",
    "shop",
    0.99,
    Sli(
        SliKind.AVAILABILITY, bad_counted("sum(increase(bad_total[$window]))", TOTAL), TOTAL, "sum(in_flight)"
    ),
)
NIGHT = slice(12 * DAY + 3 * HOUR, 12 * DAY + 4 * HOUR)


def stored(total: np.ndarray, bad: np.ndarray) -> MemoryStore:
    """Events of each second from time zero, scraped every 15 s as counters."""
    store = MemoryStore()
    for name, events in (("all_total", total), ("bad_total", bad)):
        counter = np.concatenate([[0.0], np.cumsum(events)])[::SCRAPE]
        store.append_column(Labels({METRIC_NAME: name}), np.arange(len(counter)) * SCRAPE * 1000, counter)
    return store


def value(store: MemoryStore, query: str, at: float = MONTH) -> float:
    (sample,) = EmbeddedQuerier(store).instant(query, at)
    return sample.value


def average_of_ratios(store: MemoryStore) -> float:
    """As Sloth has it: the ratio of five minutes, again and again, and the average of these."""
    ratio = "sum(increase(bad_total[5m])) / sum(increase(all_total[5m]))"
    return value(store, f"avg_over_time(({ratio})[30d:5m])")


def ours(store: MemoryStore, *, exact: bool) -> float:
    """The ratio of the period by the rules that we compile."""
    rules = {
        rule["record"]: rule["expr"]
        for group in compile_slos([WEB], policies_of([WEB]), CompileOptions(exact_windows=exact))["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
    assert is_tiled(WEB, MONTH, exact=exact) is not exact
    for name in (total_name(300), bad_name(300), total_name(MONTH), bad_name(MONTH)):
        start = 300 if name.endswith("5m") else MONTH
        (found,) = EmbeddedQuerier(store).range(rules[name], start, MONTH, 300)
        labels = Labels({METRIC_NAME: name, "service": "shop", "slo": "web"})
        store.append_column(labels, np.round(found.times * 1000).astype(np.int64), found.values)
    return value(store, rules["slo:sli_error:ratio_rate30d"])


@pytest.mark.parametrize("exact", [True, False])
def test_an_outage_at_night_weighs_as_much_as_its_requests(exact):
    total = np.full(MONTH, 100.0)
    total[NIGHT] = 1.0
    bad = np.zeros(MONTH)
    bad[NIGHT] = total[NIGHT]
    store, true = stored(total, bad), bad.sum() / total.sum()
    assert average_of_ratios(store) / true == pytest.approx(100, rel=0.01)
    assert ours(store, exact=exact) == pytest.approx(true, rel=0.01)


@pytest.mark.parametrize("exact", [True, False])
def test_idle_time_leaves_the_rest_of_the_month_known(exact):
    total, bad = np.full(MONTH, 4.0), np.full(MONTH, 0.02)
    idle = slice(12 * DAY, 12 * DAY + HOUR // 2)
    total[idle] = bad[idle] = 0.0
    store = stored(total, bad)
    assert math.isnan(average_of_ratios(store))
    assert ours(store, exact=exact) == pytest.approx(bad.sum() / total.sum(), rel=1e-9)


@pytest.mark.parametrize(("waiting", "pages"), [(7.0, True), (0.0, False)])
def test_a_hang_is_not_idle(waiting, pages):
    total = np.full(2 * HOUR, 4.0)
    total[HOUR:] = 0.0
    store = stored(total, total * 0)
    times = np.arange(0, 2 * HOUR + 1, SCRAPE)
    in_flight = np.where(times > HOUR, waiting, 1.0)
    store.append_column(Labels({METRIC_NAME: "in_flight"}), times * 1000, in_flight)
    groups = parse_groups(compile_slos([WEB], policies_of([WEB])))
    fired = {
        history.rule.alert: life.firing_at
        for history in alert_histories(groups, store, HOUR / 2, 2 * HOUR)
        for lives in history.lives.values()
        for life in lives
        if life.firing_at is not None
    }
    assert set(fired) == ({HANG_ALERT} if pages else set())
    if pages:
        assert HOUR + 300 <= fired[HANG_ALERT] <= HOUR + 300 + 60 + 2 * SCRAPE
