import numpy as np
import pytest

from alerts.backtest.stretch import Incident, Stretch
from alerts.policy import Tier, load_policy
from alerts.slo import Sli, SliKind, Slo
from alerts.tune.burns import burns
from alerts.tune.candidates import Candidate
from alerts.tune.judge import Evidence, calls_in_vain, judged
from alerts.tune.tuning import page_tiers
from collector.labels import Labels
from collector.memory import MemoryStore


def stretch(*incidents, samples=None):
    return Stretch(
        "h", samples or MemoryStore(), 0.0, 1_000.0, 9_000.0, tuple(Incident("x", *one) for one in incidents)
    )


@pytest.mark.parametrize(
    ("pages", "incidents", "calls"),
    [
        ([(2000.0, 2100.0), (2050.0, 2300.0), (2300.0, 2400.0), (2500.0, 2600.0)], [], 2),
        ([(2000.0, 2600.0), (2500.0, 2700.0)], [(1990.0, 2400.0)], 0),  # it joined the incident's page
        ([(2000.0, 2450.0), (2500.0, 2700.0)], [(1990.0, 2400.0)], 1),
        ([(1900.0, 2100.0), (2000.0, 2300.0)], [(1950.0, 2400.0)], 1),  # it began in vain
        ([(900.0, 1200.0), (1100.0, 1300.0)], [], 0),  # it joined what fired at the start
        ([(900.0, 1050.0), (1100.0, 1300.0)], [], 1),
    ],
)
def test_what_fires_while_another_page_does_wakes_nobody_anew(pages, incidents, calls):
    assert calls_in_vain(pages, stretch(*incidents)) == calls


SLI = Sli(SliKind.AVAILABILITY, "sum(increase(bad[$window]))", "sum(increase(all[$window]))")
SLO = Slo("s", "svc", 0.99, SLI)
FAST = Tier("fast", 300.0, 60.0, 1 / 720, "page", keep_firing_seconds=600.0, min_error_ratio=0.5)
SLOW = Tier("slow", 3600.0, 300.0, 1 / 720, "page", min_error_ratio=0.5)
HELD = Tier("held", 300.0, 60.0, 1 / 720, "page", for_seconds=1800.0, min_error_ratio=0.5)


def evidence(bad_from, bad_to, *incidents, tiers=(FAST, SLOW, HELD)):
    """An event a second, all of them bad from one time to another."""
    times = np.arange(0, 9_000.0, 15.0)
    store = MemoryStore()
    bad = np.cumsum(np.where((times > bad_from) & (times <= bad_to), 15.0, 0.0))
    for name, grown in (("all", np.arange(len(times)) * 15.0), ("bad", bad)):
        store.append_column(Labels({"__name__": name}), (times * 1000).astype(np.int64), grown)
    where = Stretch("h", store, 0.0, 3_000.0, 9_000.0, tuple(Incident("x", *one) for one in incidents))
    return Evidence(where, (burns(SLO, where, tiers, 15.0),))


def test_a_slow_tier_that_joins_after_the_end_people_set_is_not_in_vain():
    during = evidence(3_600.0, 5_700.0, (3_600.0, 4_500.0))
    both, alone = judged([Candidate((FAST, SLOW), 0), Candidate((SLOW,), 0)], [during])
    assert (both.missed, both.false) == (0, 0)
    assert (alone.missed, alone.false) == (1, 1)


def test_what_burned_before_the_stretch_does_not_page_in_it():
    (found,) = judged([Candidate((HELD,), 0)], [evidence(0.0, 9_000.0)])
    assert found.false == 0


def test_a_tier_that_waits_long_has_waited_before_the_stretch():
    """Of another tier with the same windows, too: pyrra's waits for 15 minutes, the workbook's does not."""
    slow = load_policy("pyrra").with_severity("page")[-1]
    assert slow.for_seconds == 900.0
    steady = evidence(0.0, 9_000.0, tiers=page_tiers(load_policy("default")))
    (found,) = judged([Candidate((slow,), 0)], [steady])
    assert found.false == 0
