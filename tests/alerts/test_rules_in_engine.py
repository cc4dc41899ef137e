"""Compiled rules in our own engine: the texts that Prometheus writes, the times that check predicts."""

from collections.abc import Callable

import numpy as np
import pytest

from alerts.burnrate import detection_seconds
from alerts.compile import CompileOptions, compile_slos
from alerts.expressions import BUDGET_REMAINING, CURRENT_RATIO, RecordedExpressions
from alerts.policy import Policy, Tier, load_policy
from alerts.slo import Sli, SliKind, Slo
from alerts.wording import burn_annotations
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import parse_groups
from collector.rules.state import Alert, AlertState
from collector.templates import parse_template

TOTAL = "sum(increase(all_total[$window]))"
BAD = f"sum(increase(bad_total[$window])) or {TOTAL} * 0"
FAST = load_policy("default").tiers[0]
DAY = 86_400.0
HOUR = 3600.0
INTERVAL = 15.0


def slo(objective: float) -> Slo:
    sli = Sli(SliKind.AVAILABILITY, BAD, TOTAL, "sum(busy)")
    return Slo("web", "shop", objective, sli, title={"en": "Web", "ko": "웹"})


def samples(
    until: float, error_ratio: Callable[[np.ndarray], np.ndarray], per_second: float = 40.0
) -> MemoryStore:
    """Steady traffic from time zero, scraped every 15 s, with a share of errors at each second."""
    seconds = np.arange(0.0, until + 1)
    bad = np.concatenate([[0.0], np.cumsum(per_second * error_ratio(seconds[:-1]))])
    scraped = np.arange(0, int(until) + 1, int(INTERVAL))
    store = MemoryStore()
    for name, values in (("all_total", per_second * seconds), ("bad_total", bad), ("busy", seconds * 0 + 1)):
        store.append_column(Labels({METRIC_NAME: name}), scraped * 1000, values[scraped])
    return store


def run(
    store: MemoryStore, objective: float, tiers: tuple[Tier, ...], start: float, end: float, *, recorded=True
):
    """The first firing alert and its time, or None."""
    rules = compile_slos([slo(objective)], {"default": Policy("p", tiers)}, CompileOptions(recorded=recorded))
    groups = parse_groups(rules)
    engine = RuleEngine(groups, EmbeddedQuerier(store), MemoryAppender(store))
    for at in np.arange(start, end + 1, INTERVAL).tolist():
        for group in groups:
            if at % group.interval_seconds == 0:
                assert not engine.evaluate(group, at).failures
        fired = [
            alert for status in engine.statuses for rule in status.rules for alert in rule.alerts.values()
        ]
        fired = [alert for alert in fired if alert.state is AlertState.FIRING]
        if fired:
            return fired[0], at
    return None


def fired(outcome: tuple[Alert, float] | None) -> tuple[Alert, float]:
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("recorded", [True, False])
def test_texts_hold_counts_burn_rate_and_budget(recorded):
    store = samples(2 * HOUR, lambda t: np.where(t >= HOUR, 1.0, 0.0))
    alert, at = fired(run(store, 0.99, (FAST,), HOUR - 60, HOUR + 300, recorded=recorded))
    assert (alert.labels["tier"], at) == ("fast", HOUR + 45)
    assert alert.annotations["summary"] == "Web: the error budget burns 15.0 times as fast as allowed"
    assert alert.annotations["description"].startswith(
        "15.0% of requests failed in the last 5m (1800 of 12000); the objective allows 1%. "
        "This alert begins at a burn rate of 12."
    )
    assert "1800건(15.0%)이 실패했습니다" in alert.annotations["description_ko"]


@pytest.mark.parametrize(
    ("left", "span", "korean_span"),
    [
        (0.09125, "2d 18h", "2일 18시간"),  # 2d 17h 42m
        (0.0334, "1d", "1일"),
        (0.0333, "23h 59m", "23시간 59분"),
        (0.0278, "20h 1m", "20시간 1분"),
        (1 / 720, "1h", "1시간"),
        (0.0001, "4m", "4분"),
    ],
)
def test_time_until_the_budget_is_gone_has_two_units_at_most(left, span, korean_span):
    web, events = slo(0.99), RecordedExpressions(slo(0.99))
    counted = [("slo:bad_events:increase5m", 1.0), ("slo:total_events:increase5m", 100.0)]
    store, times = MemoryStore(), np.arange(0, 4 * DAY + 1, 300)
    for name, value in (*counted, (BUDGET_REMAINING, left)):
        record(store, name, times, times * 0 + value)
    english_text, korean_text = described(store, burn_annotations(web, FAST, events, limit=12.0), 4 * DAY)
    assert f"gone in {span} at this pace" in english_text
    assert f"(이 속도면 {korean_span} 뒤 소진)" in korean_text


def test_bad_minutes_stand_beside_bad_events():
    """A sale gives an event budget more events; minutes it gives none."""
    web, store = slo(0.99), MemoryStore()
    times = np.arange(0, 4 * DAY + 1, 60)
    ratio = np.where((times >= 1800) & (times < 3600), 0.02, 0.01)  # half an hour above 1 %
    record(store, CURRENT_RATIO, times, ratio)
    record(store, BUDGET_REMAINING, times, ratio * 0 + 0.5)
    record(store, "slo:total_events:increase5m", times, ratio * 0 + 100)
    texts = burn_annotations(web, FAST, RecordedExpressions(web), limit=12.0)
    english_text, korean_text = described(store, texts, 4 * DAY)
    assert english_text.endswith("Budget left of 30d: 50.0%. Bad minutes: 30 of the 432 allowed.")
    assert korean_text.endswith("나쁜 시간은 허용된 432분 중 30분입니다.")


@pytest.mark.parametrize(("days", "is_told"), [(2.9, False), (3.1, True), (40, True)])
def test_a_text_tells_the_budget_once_a_tenth_of_the_period_is_recorded(days, is_told):
    """Rules that were loaded six minutes before an incident know six minutes of 30 days."""
    web, store = slo(0.99), MemoryStore()
    times = np.arange(0, days * DAY + 1, 300)
    for name, value in (
        (CURRENT_RATIO, 0.5),
        (BUDGET_REMAINING, -40.0),
        ("slo:total_events:increase5m", 9.0),
    ):
        record(store, name, times, times * 0 + value)
    english_text, korean_text = described(
        store, burn_annotations(web, FAST, RecordedExpressions(web), limit=12.0), days * DAY
    )
    assert ("Budget left" in english_text, "Bad minutes" in english_text) == (is_told, is_told)
    assert ("예산이" in korean_text, "나쁜 시간" in korean_text) == (is_told, is_told)


def record(store, name, times, values):
    labels = Labels({METRIC_NAME: name, "service": "shop", "slo": "web"})
    store.append_column(labels, (times * 1000).astype(np.int64), values)


def described(store, texts, at):
    return [
        parse_template(texts[key]).fill({}, 1.0, {}, lambda query: EmbeddedQuerier(store).instant(query, at))
        for key in ("description", "description_ko")
    ]


@pytest.mark.parametrize("objective", [0.99, 0.995, 0.999])
@pytest.mark.parametrize("phase", [0, 4, 11])
def test_thirty_seconds_of_outage_at_a_deploy_page_nobody(objective, phase):
    begin = HOUR + phase
    store = samples(1.2 * HOUR, lambda t: np.where((t >= begin) & (t < begin + 30), 1.0, 0.0))
    pages = load_policy("default").with_severity("page")[:2]
    assert run(store, objective, pages, HOUR, HOUR + 420) is None


@pytest.mark.parametrize(
    ("objective", "error_ratio"), [(0.99, 1.0), (0.99, 0.5), (0.99, 0.2), (0.999, 0.5), (0.95, 0.9)]
)
def test_fires_when_check_predicts_it(objective, error_ratio):
    store = samples(1.3 * HOUR, lambda t: np.where(t >= HOUR, error_ratio, 0.0))
    _, at = fired(run(store, objective, (FAST,), HOUR - INTERVAL, HOUR + 600))
    predicted = detection_seconds(FAST, slo(objective), error_ratio)
    assert predicted is not None
    assert abs(at - HOUR - predicted) <= INTERVAL


def test_few_failures_at_night_do_not_fire_the_fast_tier():
    store = samples(1.2 * HOUR, lambda t: np.where(t >= HOUR, 1.0, 0.0), per_second=0.02)
    assert run(store, 0.99, (FAST,), HOUR, HOUR + 480) is None


def test_idle_is_silent_and_records_no_ratio():
    store = samples(HOUR, lambda t: t * 0.0, per_second=0.0)
    store.append_column(Labels({METRIC_NAME: "busy"}), np.arange(0, 3600, 15) * 1000, np.zeros(240))
    assert run(store, 0.99, (FAST,), 1800, 2400) is None
    assert EmbeddedQuerier(store).instant("slo:sli_error:ratio_rate5m", 2400) == []
