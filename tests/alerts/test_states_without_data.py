"""No data is one of three things: idle keeps quiet, absent warns, a target that is down changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.backtest.engine import alert_histories
from alerts.compile import (
    BURN_ALERT,
    NO_DATA_ALERT,
    UNANSWERED_ALERT,
    CompileOptions,
    compile_slos,
    policies_of,
)
from alerts.slo import Sli, SliKind, Slo, bad_counted
from alerts.targets import targets_selector
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.files import parse_groups
from collector.series import STALE_NAN

TOTAL = 'sum(increase(all_total{job="web"}[$window]))'
SLI = Sli(SliKind.AVAILABILITY, bad_counted('sum(increase(bad_total{job="web"}[$window]))', TOTAL), TOTAL)
WEB = Slo("web", "shop", 0.99, SLI)
SCRAPE, BURN_AT, DOWN_AT, END = 15, 3600, 3900, 9000
WAYS = {
    "exact": CompileOptions(),
    "tiled": CompileOptions(exact_windows=False),
    "raw": CompileOptions(recorded=False),
}
HOWEVER = pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)


def history(
    back_at: int,
    *,
    fails_before: bool,
    fails_after: bool = False,
    always_bad: float = 0.0,
    asked_after: bool = True,
    burn_at: int = BURN_AT,
    burned: tuple[int, int] = (0, 0),
) -> MemoryStore:
    """A target that answers until DOWN_AT and again from ``back_at`` on, with a new process.

    always_bad: the share of requests that fail all the time. asked_after: whether the new process counts any.
    """
    times = np.arange(0, END + 1, SCRAPE)
    up = (times < DOWN_AT) | (times >= back_at)
    failing = (fails_before & (times >= burn_at) & (times < DOWN_AT)) | (fails_after & (times >= back_at))
    failing |= (times >= burned[0]) & (times < burned[1])
    counters = {
        "all_total": np.cumsum(np.full(len(times), 150.0)),
        "bad_total": np.cumsum(np.where(failing, 150.0, 150.0 * always_bad)),
    }
    store = MemoryStore()
    for name, values in counters.items():
        shown = np.where(up, values, STALE_NAN)
        kept = up | np.concatenate([[False], up[:-1]])  # one marker, when it went down
        kept &= asked_after | (times < back_at)
        store.append_column(Labels({METRIC_NAME: name, "job": "web"}), times[kept] * 1000, shown[kept])
    store.append_column(Labels({METRIC_NAME: "up", "job": "web"}), times * 1000, up.astype(float))
    return store


Spans = dict[str, list[tuple[float, float]]]


def firing(
    store: MemoryStore, slo: Slo = WEB, options: CompileOptions | None = None, start: float = 1800
) -> Spans:
    """From when to when each alert fires, the fast tier's or others; endless ones until END."""
    groups = parse_groups(compile_slos([slo], policies_of([slo]), options))
    found: Spans = {}
    for each in alert_histories(groups, store, start, END):
        for labels, lives in each.lives.items():
            name = labels["tier"] if each.rule.alert == BURN_ALERT else each.rule.alert
            found.setdefault(name, []).extend(
                (life.firing_at, life.resolved_at or END) for life in lives if life.firing_at is not None
            )
    return {name: sorted(spans) for name, spans in found.items() if spans}


@HOWEVER
def test_a_target_that_goes_down_while_the_budget_burns_ends_no_page(options):
    spans = firing(history(DOWN_AT + 600, fails_before=True, fails_after=True), options=options)
    assert [begin for begin, _ in spans["fast"]] == [pytest.approx(BURN_AT + 60, abs=45)]
    assert spans["fast"][0][1] == END


@HOWEVER
def test_it_ends_when_the_target_is_back_and_well(options):
    ((_, end),) = firing(history(DOWN_AT + 600, fails_before=True), options=options)["fast"]
    assert DOWN_AT + 600 < end < DOWN_AT + 600 + 300


@HOWEVER
def test_it_ends_when_the_target_is_back_though_nobody_asks_it_anything(options):
    store = history(DOWN_AT + 120, fails_before=True, asked_after=False)
    ((_, end),) = firing(store, options=options)["fast"]
    assert DOWN_AT + 120 < end < DOWN_AT + 120 + 240


@HOWEVER
def test_what_was_last_known_is_held_for_a_while_only(options):
    spans = firing(history(END, fails_before=True), options=options)
    assert DOWN_AT + 900 < spans["fast"][0][1] < DOWN_AT + 900 + 300
    assert spans[NO_DATA_ALERT]


@HOWEVER
def test_a_target_that_goes_down_in_good_health_pages_nobody(options):
    assert set(firing(history(END, fails_before=False), options=options)) == {NO_DATA_ALERT}


@HOWEVER
def test_a_young_store_stays_young_while_the_target_is_down(options):
    store = history(END, fails_before=False, always_bad=0.005)
    spans = firing(store, replace(WEB, objective=0.999), options, start=SCRAPE)
    assert set(spans) == {NO_DATA_ALERT}


@pytest.mark.parametrize("seconds", [SCRAPE, 30, 45, 60, 300])
def test_what_did_not_burn_when_the_target_went_down_does_not_begin_to(seconds):
    """Windows that run empty hold the last seconds alone, which may all be bad."""
    store = history(END, fails_before=True, burn_at=DOWN_AT - seconds)
    spans = {name: firing(store, options=options) for name, options in WAYS.items()}
    begins = {name: {each: span[0][0] for each, span in found.items()} for name, found in spans.items()}
    for found in begins.values():
        pages = {name: begin for name, begin in found.items() if name in {"fast", "1h", "6h"}}
        assert bool(pages) == (seconds > 30)
        assert max(pages.values(), default=0) <= DOWN_AT + SCRAPE
    pages = [
        {name: span for name, span in each.items() if name in {"fast", "1h", "6h"}} for each in spans.values()
    ]
    assert pages[0] == pages[1] == pages[2]


@HOWEVER
def test_an_hour_that_burned_does_not_page_again_as_the_last_minutes_run_empty(options):
    """It was over when the last scrape saw errors again: soon these are all that five minutes hold."""
    store = history(END, fails_before=True, burn_at=DOWN_AT - SCRAPE, burned=(DOWN_AT - 1500, DOWN_AT - 400))
    spans = firing(store, options=options)
    assert [end for _, end in spans["1h"]] == [pytest.approx(DOWN_AT - 100, abs=60)]


def test_demand_at_the_edge_without_an_answer_pages():
    store = history(END, fails_before=False)
    times = np.arange(0, END + 1, SCRAPE)
    store.append_column(Labels({METRIC_NAME: "edge"}), times * 1000, np.where(times < 7200, 5.0, 0.0))
    ((begin, end),) = firing(store, replace(WEB, sli=replace(SLI, demand="sum(edge)")))[UNANSWERED_ALERT]
    assert DOWN_AT + 300 <= begin <= DOWN_AT + 400
    assert end == 7200


@pytest.mark.parametrize(
    ("queries", "targets", "expected"),
    [
        ('sum(increase(a{job="web"}[$window]))', None, 'up{job="web"}'),
        (
            'sum(increase(a{namespace="n",job=~"w.*",code="1"}[$window]))',
            None,
            'up{job=~"w.*",namespace="n"}',
        ),
        ('sum(increase(a{job="web"}[$window])) + sum(increase(b{job="x"}[$window]))', None, None),
        ("sum(increase(a[$window]))", None, None),
        ('sum(increase(a{job!="web"}[$window]))', None, None),
        ("sum(increase(a[$window]))", 'up{job="x"}', 'up{job="x"}'),
    ],
)
def test_targets_are_those_of_the_job_that_queries_name(queries, targets, expected):
    assert targets_selector(Sli(SliKind.AVAILABILITY, queries, queries, targets=targets)) == expected
