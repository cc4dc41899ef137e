"""How far a window that is summed up from five minutes is from the truth (docs/decisions/0009)."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.expressions import tiled_count, total_name
from alerts.slo import Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore

DAY, TILE, SCRAPE = 86_400, 300, 15
TOTAL = "sum(increase(all_total[$window]))"
WEB = Slo("web", "shop", 0.99, Sli(SliKind.AVAILABILITY, f"{TOTAL} * 0", TOTAL))
changes = st.lists(
    st.tuples(st.integers(0, DAY - 1), st.floats(0, 50)), min_size=1, max_size=12, unique_by=lambda c: c[0]
)


def per_second(steps: list[tuple[int, float]]) -> np.ndarray:
    """(s,) a pace that changes at these seconds."""
    pace = np.zeros(DAY)
    for at, rate in sorted(steps):
        pace[at:] = rate
    return pace


@settings(max_examples=15, deadline=None)
@given(changes, st.integers(1, SCRAPE - 1))
def test_a_change_of_pace_is_off_by_a_scrape_interval_at_most(steps, phase):
    pace = per_second(steps)
    counter = np.concatenate([[0.0], np.cumsum(pace)])
    scraped = np.arange(phase, DAY + 1, SCRAPE)
    store = MemoryStore()
    store.append_column(Labels({METRIC_NAME: "all_total"}), scraped * 1000, counter[scraped])
    querier = EmbeddedQuerier(store)
    recorded = Labels({METRIC_NAME: total_name(TILE), "service": "shop", "slo": "web"})
    for found in querier.range(WEB.sli.total_over("5m"), 0, DAY, TILE):
        store.append_column(recorded, np.round(found.times * 1000).astype(np.int64), found.values)
    (summed,) = querier.instant(tiled_count(total_name(TILE), WEB, DAY), DAY + 100)
    changed = np.abs(np.diff(pace, prepend=0.0)).sum()
    first_scrape = pace[:SCRAPE].sum()  # what was there before it, no counter tells
    assert abs(summed.value - pace.sum()) <= changed * SCRAPE + first_scrape + 1e-6


def test_windows_of_a_day_and_more_are_summed_up_where_that_is_asked_for():
    rules = {
        rule["record"]: rule["expr"]
        for group in compile_slos([WEB], policies_of([WEB]), CompileOptions(exact_windows=False))["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
    who = '{service="shop",slo="web"}'
    assert rules["slo:total_events:increase6h"] == "sum(increase(all_total[6h]))"
    for window in ("1d", "3d", "30d"):
        assert rules[f"slo:total_events:increase{window}"] == (
            f"sum_over_time(slo:total_events:increase5m{who}[{window}:5m])"
        )
    assert "[3d:5m]" in rules["slo:history:ratio3d"]
    assert rules["slo:history:ratio3d"].endswith("and on ()\nsum(increase(all_total[5m]))")
