import numpy as np

from alerts.backtest.stretch import Incident, Stretch
from alerts.policy import Tier, load_policy
from alerts.slo import Sli, SliKind, Slo
from alerts.tune.burns import burns
from alerts.tune.candidates import Candidate
from alerts.tune.judge import Evidence, judged
from alerts.tune.tuning import page_tiers
from collector.labels import Labels
from collector.memory import MemoryStore

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


def test_what_burned_before_the_stretch_finds_nothing_in_it_and_is_in_vain_without_an_incident():
    quiet, incident = evidence(0.0, 9_000.0), evidence(0.0, 9_000.0, (3_600.0, 4_500.0))
    (found,) = judged([Candidate((HELD,), 0)], [quiet])
    assert found.false == 1
    (found,) = judged([Candidate((HELD,), 0)], [incident])
    assert (found.false, found.missed) == (0, 1)


def test_a_tier_that_waits_long_has_waited_before_the_stretch():
    """Of another tier with the same windows, too: pyrra's waits for 15 minutes, the workbook's does not."""
    slow = load_policy("pyrra").with_severity("page")[-1]
    assert slow.for_seconds == 900.0
    steady = evidence(0.0, 9_000.0, (3_600.0, 4_500.0), tiers=page_tiers(load_policy("default")))
    (found,) = judged([Candidate((slow,), 0)], [steady])
    assert (found.false, found.missed) == (0, 1)
