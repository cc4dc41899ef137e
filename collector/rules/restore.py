"""Gives pending alerts back the time they waited before a restart, from ALERTS_FOR_STATE."""

from collections.abc import Mapping
from dataclasses import replace

from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.querier import Querier
from collector.rules.files import AlertingRule
from collector.rules.state import (
    OUTAGE_TOLERANCE_SECONDS,
    RESTORE_GRACE_SECONDS,
    Alert,
    AlertState,
    restored_active_at,
)

# As Prometheus: at the first evaluation not every target may have been scraped again.
RESTORING_EVALUATIONS = 2
FOR_STATE = "ALERTS_FOR_STATE"
_STEP_SECONDS = 60.0
_LOOKBACK_SECONDS = 300.0


def restore(
    rule: AlertingRule, alerts: Mapping[Labels, Alert], querier: Querier, at: float
) -> dict[Labels, Alert]:
    """Alerts that appear now, with ``active_at`` as before the outage where the rule waits long enough."""
    if rule.for_seconds < RESTORE_GRACE_SECONDS or not alerts:
        return dict(alerts)
    selector = f"{FOR_STATE}{{{Matcher('alertname', MatchOp.EQUAL, rule.alert)}}}"
    began = _latest(querier, selector, at)
    seen = _latest(querier, f"timestamp({selector})", at)
    restored = dict(alerts)
    for labels, alert in alerts.items():
        if labels not in began or labels not in seen or alert.state is not AlertState.PENDING:
            continue
        visible_at, seen_at = seen[labels]
        if _lasted(visible_at, seen_at, at):
            active_at = restored_active_at(began[labels][1], seen_at, rule.for_seconds, at)
            restored[labels] = replace(alert, active_at=active_at)
    return restored


def _latest(querier: Querier, query: str, at: float) -> dict[Labels, tuple[float, float]]:
    """Each series' newest step and the value there, within the outage that is tolerated."""
    found = querier.range(query, at - OUTAGE_TOLERANCE_SECONDS, at, _STEP_SECONDS)
    return {
        series.labels.without(METRIC_NAME): (float(series.times[-1]), float(series.values[-1]))
        for series in found
        if len(series.values)
    }


def _lasted(visible_at: float, seen_at: float, at: float) -> bool:
    """Whether an alert was there until the outage: one that was over before ends with a staleness marker.

    A query does not show the marker, but the series is then gone before its lookback is over.
    """
    return visible_at + _STEP_SECONDS > at or visible_at + _STEP_SECONDS >= seen_at + _LOOKBACK_SECONDS
