"""Names of alerts that are short and still tell them apart."""

from collections import Counter
from collections.abc import Iterable, Mapping

from collector.labels import Labels

_FIRST = ("slo", "tier", "service", "guardrail")
_NEVER = {"alertname", "severity"}


def short_names(alerts: Iterable[Labels]) -> dict[Labels, str]:
    """Each alert's name with as few labels as tell it from the others of that name.

    Burn alerts of ours are told by SLO and tier. Severity is left out, as it stands beside the name.
    """
    by_name: dict[str, list[Labels]] = {}
    for labels in dict.fromkeys(alerts):
        by_name.setdefault(alert_name(labels), []).append(labels)
    return {
        labels: _with_labels(name, labels, telling)
        for name, some in by_name.items()
        for telling in [_telling(some)]
        for labels in some
    }


def told_names(alerts: Iterable[Labels]) -> str:
    """For a sentence: their names, and how many alerts there are of each."""
    counts = Counter(map(alert_name, alerts))
    return ", ".join(f"{name} ({n} series)" if n > 1 else name for name, n in counts.items())


def alert_name(labels: Labels) -> str:
    """What an alert is called without what tells it from others of its name: ours by SLO and tier."""
    slo, tier = labels.get("slo"), labels.get("tier")
    return f"{slo} · {tier}" if slo and tier else labels.get("alertname")


def _with_labels(name: str, labels: Labels, telling: Iterable[str]) -> str:
    return " ".join([name, *(f"{label}={labels.get(label)}" for label in telling if labels.get(label))])


def _telling(alerts: list[Labels]) -> list[str]:
    """Labels that tell more of the alerts apart than those before them, until all are."""
    chosen: list[str] = []
    apart = 1
    for label in _candidates(alerts):
        now = len({tuple(one.get(name) for name in [*chosen, label]) for one in alerts})
        if now > apart:
            chosen.append(label)
            apart = now
    return chosen


def _candidates(alerts: list[Labels]) -> list[str]:
    names = {name for labels in alerts for name in labels if name not in _NEVER}
    rank: Mapping[str, int] = {name: place for place, name in enumerate(_FIRST)}
    return sorted(names, key=lambda name: (rank.get(name, len(_FIRST)), name.startswith("sloth_"), name))
