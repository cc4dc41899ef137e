import numpy as np
import pytest
import yaml

from alerts.ci.casebook import FiledCase, load_casebook, shipped
from alerts.ci.freeze import Description, Thinned, freeze, selectors_read
from alerts.ci.run import judged
from alerts.ci.verdict import Expected
from alerts.cli import EXAMPLES
from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slos
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.rules.files import parse_groups
from collector.series import Series

DAY = 86_400.0


class History:
    """Samples in memory, as an engine hands them out."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def series(self, matchers, start, end):
        return [
            labels
            for one in matchers
            for series in self._select(one, start, end)
            for labels in [series.labels]
        ]

    def raw(self, selector, start, end):
        return self._select(selector, start, end)

    def _select(self, selector, start, end):
        matchers = parse(selector, size=QuerySize()).matchers
        groups = self._store.select(matchers, round(start * 1000), round(end * 1000))
        return [
            Series(labels, group.times / 1000, values)
            for group in groups
            for labels, values in zip(group.labels, group.values, strict=True)
        ]


def store_of(count, step=15):
    store = MemoryStore()
    times = np.arange(count) * step * 1000
    store.append_column(Labels({"__name__": "a_total"}), times, np.arange(count, dtype=float))
    return store


def groups_of(*rules):
    return parse_groups({"groups": [{"name": "g", "rules": list(rules)}]})


def test_a_frozen_incident_is_judged_as_the_incident_itself(tmp_path):
    slos = load_slos(EXAMPLES / "shop.slo.yml")
    groups = parse_groups(compile_slos(slos, policies_of(slos)))
    (seed,) = (case for case in shipped() if case.name == "seed-2025-09-03")
    description = Description("frozen", "The same", "the case", seed.expected, 2 * DAY)
    freeze(tmp_path / "frozen", description, History(seed.load()), selectors_read(groups))
    (frozen,) = load_casebook(tmp_path)
    assert frozen.expected == seed.expected
    assert judged(frozen, groups) == judged(seed, groups)
    assert sum(file.stat().st_size for file in (tmp_path / "frozen").iterdir()) < 1_000_000


def test_selectors_are_of_what_is_read_and_not_recorded():
    groups = groups_of(
        {"record": "a:rate", "expr": 'sum(rate(a_total{job="x"}[5m]))'},
        {"alert": "A", "expr": "a:rate / on () b > 1 and on () max_over_time(b[1h:])"},
    )
    assert selectors_read(groups) == ['{job="x",__name__="a_total"}', '{__name__="b"}']


def test_selectors_of_any_name_that_may_be_recorded_are_read_too():
    """``a.*`` finds what the rule records, and what is there besides."""
    groups = groups_of(
        {"record": "a:rate", "expr": 'sum(rate({__name__=~"a.*"}[5m]))'},
        {"alert": "A", "expr": '{__name__=~"a.*"} > 1 or {job=~"x.*"} > 1 or a:rate > 1'},
    )
    assert selectors_read(groups) == ['{__name__=~"a.*"}', '{job=~"x.*"}']


def test_rules_that_read_their_own_past_have_selectors_too():
    groups = groups_of({"record": "a", "expr": "b + (a or vector(0))"})
    assert selectors_read(groups) == ['{__name__="b"}']


def test_old_samples_come_once_a_step_and_new_ones_as_they_are():
    (series,) = Thinned(History(store_of(100)), 1_200.0, 300.0).raw("a_total", 0.0, 1_500.0)
    assert series.times.tolist() == [285.0, 585.0, 885.0, 1_185.0, *np.arange(1_200.0, 1_486.0, 15.0)]


def test_a_quiet_day_is_written_as_such(tmp_path):
    expected = Expected(600.0, 1_200.0, 600.0, None)
    freeze(
        tmp_path / "q",
        Description("q", "Quiet", "a test", expected, 300.0),
        History(store_of(100)),
        ["a_total"],
    )
    content = yaml.safe_load((tmp_path / "q" / "case.yml").read_text())
    assert (content["quiet"], "onset" in content) == (True, False)
    (case,) = load_casebook(tmp_path)
    assert isinstance(case, FiledCase)
    (group,) = case.load().select((), 0, 10**9)
    assert (group.times[0], group.times[-1]) == (300_000, 1_200_000)


def test_nothing_found_leaves_nothing_behind(tmp_path):
    expected = Expected(600.0, 1_200.0, 600.0, None)
    with pytest.raises(SpecError, match="expected samples of what the rules read, found none"):
        freeze(tmp_path / "q", Description("q", "", "", expected, 300.0), History(MemoryStore()), ["a_total"])
    assert list(tmp_path.iterdir()) == []
