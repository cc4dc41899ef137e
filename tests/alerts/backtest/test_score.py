import numpy as np
import pytest

from alerts.backtest.naming import short_names
from alerts.backtest.run import Firing, Ran
from alerts.backtest.score import score
from alerts.backtest.spent import budget_spent
from alerts.backtest.stretch import Incident, Stretch
from alerts.slo import Sli, SliKind, Slo
from collector.labels import Labels
from collector.memory import MemoryStore

PAGE = Labels({"alertname": "A", "severity": "page"})


def firing(at, reset, *, is_page=True):
    return Firing(PAGE, float(at), reset, is_page, "h")


TWO = (Incident("one", 100.0, 200.0, 200.0), Incident("two", 500.0, 600.0, 600.0))


def scored(*firings, incidents=TWO):
    stretch = Stretch("h", MemoryStore(), 0.0, 0.0, 3000.0, incidents)
    return score([Ran(stretch, firings)])


def test_pages_within_incidents_are_true_and_the_first_one_counts():
    found = scored(firing(50, 60.0), firing(130, 150.0), firing(160, 260.0), firing(170, 200.0))
    assert (found.recall, found.precision) == (0.5, 2 / 3)
    assert found.detect_seconds == (30.0, 30.0)
    assert found.reset_seconds == (60.0, 60.0)


def test_what_does_not_page_finds_nothing():
    found = scored(firing(130, 150.0, is_page=False))
    assert (found.recall, found.precision, found.detect_seconds) == (0.0, None, None)


def test_a_page_that_fires_on_has_no_reset():
    assert scored(firing(130, None)).reset_seconds is None


def test_false_pages_are_told_for_thirty_days():
    found = scored(firing(1000, 1010.0), firing(2000, 2010.0), incidents=())
    assert found.recall is None
    assert found.false_per_month == pytest.approx(2 * 30 * 86_400 / 3000)


def history(steps, bad_from, bad):
    """100 events each 10 s, and so many bad ones from a step on."""
    times, store = np.arange(steps) * 10_000, MemoryStore()
    store.append_column(Labels({"__name__": "all"}), times, np.arange(steps) * 100.0)
    grown = np.maximum(np.arange(steps) - bad_from, 0) * float(bad)
    store.append_column(Labels({"__name__": "bad"}), times, grown)
    return store


def slo_of(*, counts_events):
    sli = Sli(
        SliKind.AVAILABILITY,
        "sum(increase(bad[$window]))",
        "sum(increase(all[$window]))",
        counts_events=counts_events,
    )
    return Slo("s", "svc", 0.9, sli, period_seconds=86_400.0)


@pytest.mark.parametrize("counts_events", [True, False])
def test_ten_minutes_of_half_the_events_spend_their_share_of_the_budget(counts_events):
    """At steady traffic: 0.5 × 600 s ÷ (0.1 × a day), whatever the history holds of the day."""
    samples, slo = history(721, 360, 50), slo_of(counts_events=counts_events)
    expected = 0.5 * 600 / (0.1 * 86_400)
    assert budget_spent(slo, samples, 3600.0, 4200.0) == pytest.approx(expected, rel=0.02)


def test_nothing_is_spent_where_nothing_is_known():
    assert budget_spent(slo_of(counts_events=True), MemoryStore(), 0.0, 100.0) is None


def test_budgets_are_told_of_the_service_that_paged():
    samples, slo = history(721, 360, 50), slo_of(counts_events=True)
    stretch = Stretch("h", samples, 0.0, 3_000.0, 7_200.0, (Incident("one", 3_600.0, 5_000.0),))

    def spent(**labels):
        page = Firing(Labels({"alertname": "A", "severity": "page", **labels}), 4_200.0, 4_300.0, True, "h")
        return set(score([Ran(stretch, (page,))], [slo]).met[0].spent)

    assert (spent(service="svc"), spent(), spent(service="other")) == ({"s"}, {"s"}, set())


def test_names_have_as_few_labels_as_tell_them_apart():
    common = {"severity": "page", "job": "shop"}
    alerts = [Labels({"alertname": "E", "route": route, **common}) for route in "ab"]
    burn = Labels({"alertname": "ErrorBudgetBurn", "slo": "orders", "tier": "1h", **common})
    assert list(short_names([*alerts, burn]).values()) == ["E route=a", "E route=b", "orders · 1h"]
