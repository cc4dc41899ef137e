"""The error budget of 30 days beside that of 5 minutes, on raw counters, ours beside Prometheus."""

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench import peers
from tests.bench.measure import Comparison, compare

END = 1_756_868_400
STEP_SECONDS = 15
DAYS = 30
SLOS = 20


@dataclass(frozen=True)
class Counters:
    """Where the counters of 20 SLOs come from: each target has all routes' requests by outcome."""

    name: str
    targets: int


LAYOUTS = (Counters("1_target", 1), Counters("5_targets", 5))


def run() -> Iterator[Comparison]:
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as name:
            yield from _on_layout(layout, Path(name))


def _on_layout(layout: Counters, folder: Path) -> Iterator[Comparison]:
    page = folder / "samples.om"
    write_counters(page, layout)
    with (
        peers.prometheus(folder, page) as theirs,
        peers.fireline(folder, page) as ours,
        httpx.Client(timeout=120) as client,
    ):
        page.unlink()
        _same_answers(client, ours, theirs)
        for window, runs in (("5m", 101), ("30d", 15)):  # a millisecond is noisy
            yield compare(
                f"budget.{window}.{layout.name}",
                lambda window=window: ratios(client, ours, window),
                lambda window=window: ratios(client, theirs, window),
                runs=runs,
            )
        yield compare(
            f"budget.ours_30d_to_ours_5m.{layout.name}",
            lambda: ratios(client, ours, "30d"),
            lambda: ratios(client, ours, "5m"),
            runs=31,
        )


def ratios(client: httpx.Client, url: str, window: str) -> dict[str, float]:
    """The share of bad events by SLO, in one query at the newest sample."""
    bad, total = (f"sum by (slo) (increase({name}[{window}]))" for name in ("bad_total", "events_total"))
    answer = client.post(f"{url}/api/v1/query", data={"query": f"{bad} / {total}", "time": END})
    answer.raise_for_status()
    return {line["metric"]["slo"]: float(line["value"][1]) for line in answer.json()["data"]["result"]}


def _same_answers(client: httpx.Client, ours: str, theirs: str) -> None:
    for window in ("5m", "1d", "30d"):
        found, wanted = ratios(client, ours, window), ratios(client, theirs, window)
        if len(wanted) != SLOS or any(abs(found[slo] - wanted[slo]) > 1e-9 for slo in wanted):
            raise AssertionError(f"{window}: ours {found}, Prometheus {wanted}")


def write_counters(path: Path, layout: Counters) -> int:
    """Bad and all events of each SLO, with a reset a week; returns how many samples were written."""
    rng = random.Random(20250903)
    steps = DAYS * 86_400 // STEP_SECONDS
    with path.open("w") as out:
        for metric, chance in (("bad", 0.01), ("events", 0.9)):
            out.write(f"# TYPE {metric} counter\n")
            for target in range(layout.targets):
                first = END - steps * STEP_SECONDS + rng.randrange(1, STEP_SECONDS * 1000) / 1000
                for slo in range(SLOS):
                    labels = f'instance="t{target}",slo="s{slo}"'
                    value = 0
                    for i in range(steps):
                        value = 0 if i % 40_320 == 40_000 else value + (rng.random() < chance)
                        out.write(f"{metric}_total{{{labels}}} {value} {first + i * STEP_SECONDS:.3f}\n")
        out.write("# EOF\n")
    return 2 * SLOS * layout.targets * steps
