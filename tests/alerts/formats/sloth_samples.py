"""A shop and a home network through three days of peace and a day of trouble, for Sloth's own examples."""

from pathlib import Path

import numpy as np

from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.rules.files import RecordingRule, RuleGroup

SLOTH = Path(__file__).parents[4] / "shared" / "conformance" / "sloth"
DAY, HOUR, SCRAPE = 86_400, 3600, 60
TROUBLE = 3 * DAY + HOUR
END = TROUBLE + 12 * HOUR
START = 1_700_000_000 // DAY * DAY


def samples() -> MemoryStore:
    """Counters and gauges, scraped once a minute from ``START`` to ``END`` seconds after it."""
    rng, store = np.random.default_rng(1), MemoryStore()
    times = np.arange(0, END, SCRAPE)
    for job in ("myservice", "myapp"):
        requests = rng.integers(500, 1_500, len(times))
        for code, share in (
            ("200", 1 - _share(times)),
            ("500", 0.7 * _share(times)),
            ("429", 0.3 * _share(times)),
        ):
            labels = {METRIC_NAME: "http_request_duration_seconds_count", "job": job, "code": code}
            _append(store, labels, times, np.cumsum(np.round(requests * share)))
    for client in range(4):
        is_bad = (_share(times) > 0.001) & (rng.random(len(times)) > 0.1 * client)
        satisfied = np.where(is_bad, 0.1, 0.97) - 0.02 * rng.random(len(times))
        _append(
            store,
            {METRIC_NAME: "unifipoller_client_satisfaction_ratio", "client": str(client)},
            times,
            satisfied,
        )
    return store


def _share(times: np.ndarray) -> np.ndarray:
    """Of bad requests: few, then a burst of ten minutes, an hour's pause, and a slow burn for seven hours."""
    share = np.full(len(times), 0.0002)
    share[(times >= TROUBLE) & (times < TROUBLE + 600)] = 0.4
    share[(times >= TROUBLE + 2 * HOUR) & (times < TROUBLE + 9 * HOUR)] = 0.008
    return share


def _append(store: MemoryStore, labels: dict[str, str], times: np.ndarray, values: np.ndarray) -> None:
    store.append_column(Labels(labels), (START + times) * 1000, values.astype(float))


def recorded(groups: tuple[RuleGroup, ...], store: MemoryStore, at: float) -> dict[tuple, float]:
    """What the recording rules make at a time, by labels; each reads what those before it made."""
    querier, made = EmbeddedQuerier(store), {}
    for rule in (rule for group in groups for rule in group.rules):
        if isinstance(rule, RecordingRule):
            for sample in querier.instant(rule.expr, at):
                labels = sample.labels.merged({**rule.labels, METRIC_NAME: rule.record})
                store.append(labels, round(at * 1000), sample.value)
                made[tuple(sorted(labels.items()))] = sample.value
    return made
