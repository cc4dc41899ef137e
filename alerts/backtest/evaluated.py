"""Runs rules over a history: all steps at once, or step by step where they need it."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.backtest.engine import AlertHistory, BacktestError, alert_histories
from alerts.backtest.order import StepwiseError, placed_rules
from alerts.backtest.reach import reach
from alerts.backtest.stepwise import stepwise_histories
from alerts.ci.freeze import selectors_read
from alerts.selectors import matchers_of
from collector.durations import format_duration
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.files import RuleGroup
from collector.series import SampleSource

_EVER_MS = 2**62
LONGEST_RUN_UP_SECONDS = 400 * 86_400.0  # more steps than memory holds, beyond


@dataclass(frozen=True)
class Evaluated:
    """why_stepwise: why the rules could not run at all steps at once; empty where they did."""

    histories: tuple[AlertHistory, ...]
    why_stepwise: str = ""


def evaluated(groups: Sequence[RuleGroup], samples: SampleSource, start: float, end: float) -> Evaluated:
    """What becomes of the alerts of rules that count from ``start`` to ``end``, Unix seconds.

    The rules begin as long before as they look back, so that what fires at the start is known.

    Raises:
        BacktestError: for rules that cannot be run, naming the rule.
    """
    before = reach(groups)
    if before.run_up_seconds > LONGEST_RUN_UP_SECONDS:
        longest, found = (format_duration(round(s)) for s in (LONGEST_RUN_UP_SECONDS, before.run_up_seconds))
        raise BacktestError(f"expected rules that need others for at most {longest} before, found {found}")
    try:
        return Evaluated(tuple(alert_histories(groups, samples, start, end, before)))
    except StepwiseError as error:
        store = _copied(groups, samples, start - before.samples_seconds, end)
        return Evaluated(tuple(stepwise_histories(groups, store, start, end, before)), str(error))


def _copied(groups: Sequence[RuleGroup], samples: SampleSource, begin: float, end: float) -> MemoryStore:
    """What rules read of a history, without what they record, in a store that they can record into.

    All of one that is in memory: templates may ask for what only they know.
    """
    recorded = {name for placed in placed_rules(groups) for name in placed.writes}
    wanted = [matchers_of(text) for text in selectors_read(groups)]
    begin_ms, end_ms = round(begin * 1000), round(end * 1000)
    if isinstance(samples, MemoryStore):
        wanted, begin_ms = [()], -_EVER_MS
    store, seen = MemoryStore(), set[Labels]()
    for group in (group for one in wanted for group in samples.select(one, begin_ms, end_ms)):
        for labels, values in zip(group.labels, group.values, strict=True):
            if labels.metric not in recorded and labels not in seen:
                seen.add(labels)
                store.append_column(labels, group.times, values)
    return store
