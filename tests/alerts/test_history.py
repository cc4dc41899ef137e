"""Young stores, gaps and rare scrapes: what the compiled rules make of windows that are not full."""

import numpy as np
import pytest

from alerts.burnrate import detection_seconds
from alerts.compile import CompileOptions, compile_slos
from alerts.history import history_ratio, recorded_seconds
from alerts.policy import Policy, load_policy
from alerts.slo import Sli, SliKind, Slo, bad_remaining
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import parse_groups
from collector.rules.state import AlertState

TOTAL = "sum(increase(all_total[$window]))"
BAD = f"sum(increase(bad_total[$window])) or {TOTAL} * 0"
WEB = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, BAD, TOTAL))
TIERS = {tier.name: tier for tier in load_policy("default").tiers}
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
BORN = 30 * DAY  # whatever is before the first scrape is not recorded


def store(*spans, error_ratio=lambda seconds: seconds * 0.0, interval=60.0, per_second=10.0):
    """Counters of steady traffic, scraped over some spans of seconds since ``BORN``."""
    made = MemoryStore()
    for start, end in spans:
        at = np.arange(start, end + 1, interval)
        seconds = np.arange(0.0, end + 1, interval)
        bad = np.cumsum(per_second * interval * error_ratio(seconds))[-len(at) :]
        for name, values in (("all_total", per_second * at), ("bad_total", bad)):
            times = np.round((BORN + at) * 1000).astype(np.int64)
            made.append_column(Labels({METRIC_NAME: name}), times, values)
    return made


def first_fired(data, tier, start, end, *, recorded=True, step=60.0):
    """Seconds since ``BORN`` at which the tier fires, or None."""
    rules = compile_slos([WEB], {"default": Policy("p", (tier,))}, CompileOptions(recorded=recorded))
    groups = [group for group in parse_groups(rules) if group.name.endswith(tier.severity)]
    engine = RuleEngine(groups, EmbeddedQuerier(data), MemoryAppender(data))
    for at in np.arange(start, end + 1, step).tolist():
        assert not engine.evaluate(groups[0], BORN + at).failures
        alerts = [a for rule in engine.status(groups[0]).rules for a in rule.alerts.values()]
        if any(a.state is AlertState.FIRING and a.labels.get("tier") == tier.name for a in alerts):
            return at
    return None


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("name", ["1h", "6h", "1d", "3d"])
def test_first_errors_of_a_young_store_fire_no_slow_tier(name, recorded):
    data = store((0, 10 * MINUTE), error_ratio=lambda t: np.where(t > 5 * MINUTE, 0.5, 0.0))
    assert first_fired(data, TIERS[name], MINUTE, 10 * MINUTE, recorded=recorded) is None


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(("name", "ratio"), [("1h", 1.0), ("1h", 0.5), ("6h", 1.0), ("1d", 1.0), ("3d", 0.3)])
def test_outage_from_the_first_scrape_on_fires_as_soon_as_on_an_old_store(name, ratio, recorded):
    tier = TIERS[name]
    predicted = detection_seconds(tier, WEB, ratio)
    data = store((0, predicted + HOUR), error_ratio=lambda t: t * 0 + ratio)
    at = first_fired(data, tier, MINUTE, predicted + HOUR, recorded=recorded)
    assert predicted - 6 * MINUTE <= at <= predicted + 2 * MINUTE


@pytest.mark.parametrize("name", ["1h", "6h"])
def test_gap_in_the_middle_hides_no_outage(name):
    tier, onset = TIERS[name], 8 * HOUR
    spans = (0, 5 * HOUR), (7.9 * HOUR, 10 * HOUR)
    data = store(*spans, error_ratio=lambda t: np.where(t >= onset, 1.0, 0.0))
    predicted = detection_seconds(tier, WEB, 1.0)
    at = first_fired(data, tier, onset, 10 * HOUR)
    assert at <= onset + predicted + 2 * MINUTE


def test_after_a_gap_longer_than_the_window_an_outage_fires_as_on_a_young_store():
    onset = 20 * HOUR
    data = store((0, 5 * HOUR), (onset, 21 * HOUR), error_ratio=lambda t: np.where(t >= onset, 1.0, 0.0))
    at = first_fired(data, TIERS["6h"], onset + MINUTE, 21 * HOUR)
    assert at <= onset + detection_seconds(TIERS["6h"], WEB, 1.0) + 2 * MINUTE


GOOD = "sum(increase(good_total[$window]))"
ANSWERED = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, bad_remaining(GOOD, TOTAL), TOTAL))


@pytest.mark.parametrize(("per_minute", "bad"), [(0.5, None), (1.9, None), (2.1, 10.5), (60.0, 300.0)])
def test_without_one_success_all_is_bad_once_ten_are_counted(per_minute, bad):
    data = store((0, HOUR), per_second=per_minute / 60)
    found = EmbeddedQuerier(data).instant(ANSWERED.sli.bad_over("5m"), BORN + HOUR)
    assert (found[0].value if found else None) == (None if bad is None else pytest.approx(bad))


def test_counter_of_successes_that_stands_still_is_not_absent():
    data = store((0, HOUR), per_second=0.5 / 60)
    times = np.round((BORN + np.arange(0, HOUR + 1, 60.0)) * 1000).astype(np.int64)
    data.append_column(Labels({METRIC_NAME: "good_total"}), times, np.full(len(times), 7.0))
    (found,) = EmbeddedQuerier(data).instant(ANSWERED.sli.bad_over("5m"), BORN + HOUR)
    assert found.value == pytest.approx(2.5)


def share(data, at, window=3 * DAY):
    found = EmbeddedQuerier(data).instant(history_ratio(WEB, window), BORN + at)
    return found[0].value if found else None


@pytest.mark.parametrize(("at", "minutes"), [(2 * MINUTE, 2), (10 * MINUTE, 10), (2 * HOUR, 120)])
def test_share_is_the_time_since_the_first_count_to_a_step(at, minutes):
    found = share(store((0, at)), at) * 3 * DAY / MINUTE
    assert minutes - 1 <= found <= minutes + 5


@pytest.mark.parametrize("interval", [15.0, 60.0, 300.0, 600.0])
def test_full_window_is_recorded_whole_also_by_rare_scrapes(interval):
    assert share(store((0, 3.1 * DAY), interval=interval), 3.1 * DAY) == 1.0


def test_least_that_is_recorded_is_known_best_from_the_shortest_window():
    young = {window: (600 + step) / window for window, step in ((HOUR, 30), (6 * HOUR, 300), (3 * DAY, 120))}
    assert recorded_seconds(young) == pytest.approx({HOUR: 570, 6 * HOUR: 600, 3 * DAY: 600})
    assert recorded_seconds({HOUR: 1.0, 6 * HOUR: 0.2}) == {HOUR: HOUR, 6 * HOUR: 4020.0}


def test_gap_within_the_window_takes_nothing_away():
    assert share(store((0, DAY), (2 * DAY, 3.1 * DAY)), 3.1 * DAY) == 1.0


def test_what_rarer_scrapes_cannot_tell_is_judged_as_it_is_counted():
    data = store((0, 7 * HOUR), error_ratio=lambda t: t * 0 + 0.05, interval=1800.0)
    assert share(data, 7 * HOUR) is None
    assert first_fired(data, TIERS["3d"], 6 * HOUR, 7 * HOUR) == 6 * HOUR
