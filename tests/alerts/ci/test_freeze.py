import errno
import os
from pathlib import Path

import numpy as np
import pytest
import yaml

from alerts.backtest.evaluated import evaluated
from alerts.backtest.reach import reach
from alerts.ci.casebook import FiledCase, load_casebook, shipped
from alerts.ci.freeze import Description, freeze, selectors_read
from alerts.ci.run import judged
from alerts.ci.thinning import Thinned, step_seconds
from alerts.ci.verdict import Expected
from alerts.cli import EXAMPLES
from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slos
from alerts.selectors import matchers_of
from collector.errors import QueryError
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
    freeze(tmp_path, description, History(seed.load()), selectors_read(groups))
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
        tmp_path, Description("q", "Quiet", "a test", expected, 300.0), History(store_of(100)), ["a_total"]
    )
    content = yaml.safe_load((tmp_path / "q" / "case.yml").read_text())
    assert (content["quiet"], "onset" in content, content["selectors"]) == (True, False, ["a_total"])
    (case,) = load_casebook(tmp_path)
    assert case.frozen_with == (matchers_of("a_total"),)
    assert isinstance(case, FiledCase)
    (group,) = case.load().select((), 0, 10**9)
    assert (group.times[0], group.times[-1]) == (300_000, 1_200_000)


def test_nothing_found_leaves_nothing_behind(tmp_path):
    expected = Expected(600.0, 1_200.0, 600.0, None)
    with pytest.raises(SpecError, match=r"found none from 1970-01-01T00:05:00\+00:00 to 1970-"):
        freeze(
            tmp_path / "new", Description("q", "", "", expected, 300.0), History(MemoryStore()), ["a_total"]
        )
    assert list(tmp_path.iterdir()) == []


QUIET = Expected(600.0, 1_200.0, 600.0, None)


def description(name="q", history=300.0, **options):
    return Description(name, "Quiet", "a test", QUIET, history, **options)


@pytest.mark.parametrize(
    ("rule", "seconds"),
    [
        ("sum_over_time(increase(a[1m])[1d:1m])", 20.0),
        ("increase(a[5m] offset 1d)", 100.0),
        ("increase(a[1d])", 100.0),
        ("increase(a[1m])", 100.0),  # it looks no further back than samples are all kept
        ("a offset 1d", 100.0),
    ],
)
def test_old_samples_are_a_third_of_the_shortest_window_apart_that_reads_them(rule, seconds):
    assert step_seconds(reach(groups_of({"alert": "A", "expr": f"{rule} > 1"}))) == seconds


def test_no_window_of_a_thinned_case_is_empty(tmp_path):
    """Windows of a minute, summed over nine hours: one that holds a single sample has no increase."""
    rule = {"alert": "A", "expr": "sum_over_time(increase(a_total[1m])[9h:1m]) > 539 * 4 * 0.99"}
    rule |= {"labels": {"severity": "page"}}
    start = 10 * 3600.0
    groups = groups_of(rule)
    before, expected = reach(groups), Expected(start, start + 600, start, None)
    wanted = Description("q", "Quiet", "", expected, before.samples_seconds, step_seconds(before))
    freeze(tmp_path, wanted, History(store_of(2600)), selectors_read(groups))
    (case,) = load_casebook(tmp_path)
    (kept,) = case.load().select((), 0, 10**9)
    assert np.diff(kept.times).max() <= 20_000 + 15_000
    (history,) = evaluated(groups, case.load(), start, start + 600).histories
    assert [life.resolved_at for lives in history.lives.values() for life in lives] == [None]


@pytest.mark.parametrize("name", ["../x", "/x", "", ".", "..", "a/b", "a\nb", "A", "a\x00", "-a", "x" * 200])
def test_a_name_is_that_of_a_folder_among_the_cases(tmp_path, name):
    cases = tmp_path / "cases"
    cases.mkdir()
    with pytest.raises(SpecError, match="NAME: expected lower-case letters") as failed:
        freeze(cases, description(name), History(store_of(100)), ["a_total"])
    assert len(str(failed.value).splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["cases"]


class Broken(History):
    """Breaks off at its second answer."""

    answers = 0

    def raw(self, selector, start, end):
        self.answers += 1
        if self.answers > 1:
            raise QueryError("gone")
        return super().raw(selector, start, end)


def test_a_source_that_breaks_off_leaves_nothing(tmp_path):
    long = description(history=9 * 3600.0)
    with pytest.raises(QueryError):
        freeze(tmp_path / "cases", long, Broken(store_of(100)), ["a_total"])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(SpecError, match=r"cases/q: cannot be written: No space left on device"):
        freeze(tmp_path / "cases", description(), History(store_of(100)), ["a_total"])
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_replaced_only_if_that_is_wanted(tmp_path):
    def frozen(count, **options):
        return freeze(tmp_path, description(), History(store_of(count)), ["a_total"], **options)

    first = frozen(60)
    with pytest.raises(SpecError, match="q: expected a folder that is not there yet, or --force"):
        frozen(100)
    assert frozen(100, replaces=True).samples > first.samples
    (case,) = load_casebook(tmp_path)
    assert int(case.load().select((), 0, 10**9)[0].times[-1]) == 1_200_000
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["case.yml", "q", "samples.om.zst"]


def test_what_is_no_case_or_holds_more_is_not_replaced(tmp_path):
    (tmp_path / "q").mkdir()
    with pytest.raises(SpecError, match=r"q: expected a case to replace, a folder with a case\.yml"):
        freeze(tmp_path, description(), History(store_of(100)), ["a_total"], replaces=True)
    (tmp_path / "q").rmdir()
    freeze(tmp_path, description(), History(store_of(100)), ["a_total"])
    (tmp_path / "q" / "notes.md").write_text("what we learnt")
    with pytest.raises(SpecError, match=r"found notes\.md in it, which would be lost"):
        freeze(tmp_path, description(), History(store_of(100)), ["a_total"], replaces=True)
    assert (tmp_path / "q" / "notes.md").read_text() == "what we learnt"


def test_a_case_that_could_not_be_read_back_is_not_written(tmp_path):
    with pytest.raises(SpecError, match="q: expected at most 32d with its history, found 40d10m"):
        freeze(tmp_path, description(history=40 * DAY), History(store_of(100)), ["a_total"])
    few = Thinned(History(store_of(100)), 0.0, most_samples=50)
    with pytest.raises(SpecError, match="expected at most 50 samples of what the rules read"):
        few.raw("a_total", 0.0, 1_500.0)
