"""Alerts of 20 SLOs over 30 days at every 15 s: all steps at once, beside Prometheus' ``query_range``.

Prometheus has no backtest. What a user does there is to ask for each alert's expression on raw counters, at
most 11,000 points a query. That is asked for one SLO on three days of the thirty, its seconds multiplied, as
``scaled_by`` and the report say. One row stands without: the same SLO and days on both sides.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import yaml

from alerts.backtest.answers import answers
from alerts.backtest.engine import alert_histories
from alerts.backtest.reach import needed_by_alerts
from alerts.compile import CompileOptions, compile_slos
from alerts.formats.files import load_slos
from alerts.policy import load_policy
from alerts.slo import Slo
from collector.history_file import read_into_memory
from collector.memory import MemoryStore
from collector.promql.engine import Engine
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.rules.files import AlertingRule, RuleGroup, parse_groups
from tests.bench import peers
from tests.bench.measure import Comparison, compare

END = 1_756_868_400
STEP_SECONDS = 15
DAYS, DAYS_BEFORE = 30, 3  # the longest window is three days
SLOS = 20
DAY_SECONDS = 86_400
START = END - DAYS * DAY_SECONDS
ASKED_DAYS = (0, 15, 29)  # the first, one amid and the last
RUNS = 5
COMMAND_RUNS = 3
OPTIONS = CompileOptions(ticket_interval_seconds=STEP_SECONDS)
_RAW = CompileOptions(recorded=False, ticket_interval_seconds=STEP_SECONDS)


@dataclass(frozen=True)
class Backtest:
    """Medians in seconds. peer: what was measured × scaled_by; None where there is none."""

    name: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    scaled_by: float = 1.0
    runs: int = RUNS


def run() -> Iterator[Backtest]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page, specs = folder / "samples.om", folder / "shop.slo.yml"
        write_counters(page)
        specs.write_text(yaml.safe_dump_all(map(_spec, range(SLOS))))
        samples = read_into_memory(page)
        with peers.prometheus(folder, page) as theirs, httpx.Client(timeout=600) as client:
            yield from _beside(load_slos(specs), samples, client, theirs)
        yield _command(folder, page, specs)


def _beside(slos: Sequence[Slo], samples: MemoryStore, client: httpx.Client, url: str) -> Iterator[Backtest]:
    whole, tiers = _groups(slos, OPTIONS), _tiers(slos[0])
    _same_answers(tiers, samples, client, url)
    few = _groups(slos[:1], OPTIONS)
    part = compare(
        "backtest.1_slo.3_days",
        lambda: [_ours(few, samples, *_day(day)) for day in ASKED_DAYS],
        lambda: [_asked(client, url, tier, *_day(day)) for tier in tiers for day in ASKED_DAYS],
        runs=RUNS,
    )
    yield _plain(part)
    ours = _median([_seconds(whole, samples) for _ in range(RUNS + 1)][1:])
    scale = SLOS * DAYS / len(ASKED_DAYS)
    peer = part.peer * scale
    yield Backtest("backtest.20_slos.30_days", ours, peer, peer / ours, scale)


def _plain(part: Comparison) -> Backtest:
    return Backtest(part.name, part.ours, part.peer, part.ratio)


def _groups(slos: Sequence[Slo], options: CompileOptions) -> tuple[RuleGroup, ...]:
    """As `alerts backtest` runs them."""
    rules = compile_slos(slos, {"workbook": load_policy("workbook")}, options)
    return needed_by_alerts(parse_groups(rules))


def _tiers(slo: Slo) -> list[str]:
    """Each tier's expression on raw counters, as `alerts compile --self-contained` writes it."""
    rules = [rule for group in _groups([slo], _RAW) for rule in group.rules]
    found = [r.expr for r in rules if isinstance(r, AlertingRule) and r.alert == "ErrorBudgetBurn"]
    assert len(found) == 4
    return found


def _day(day: int) -> tuple[int, int]:
    first = START + day * DAY_SECONDS
    return first, first + DAY_SECONDS - STEP_SECONDS


def _ours(groups: Sequence[RuleGroup], samples: MemoryStore, start: int, end: int) -> int:
    return len(alert_histories(groups, samples, start, end))


def _seconds(groups: Sequence[RuleGroup], samples: MemoryStore) -> float:
    begin = time.perf_counter()
    _ours(groups, samples, START, END)
    return time.perf_counter() - begin


def _median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def _asked(client: httpx.Client, url: str, query: str, start: int, end: int) -> list[float]:
    """A day is 5,760 points: one query. The times at which it answers."""
    form = {"query": query, "start": start, "end": end, "step": STEP_SECONDS}
    answer = client.post(f"{url}/api/v1/query_range", data=form)
    answer.raise_for_status()
    return [at for line in answer.json()["data"]["result"] for at, _ in line["values"]]


def _same_answers(tiers: Sequence[str], samples: MemoryStore, client: httpx.Client, url: str) -> None:
    """A faster wrong answer is worth nothing: both have to burn at the same steps, and some have to."""
    engine = Engine(samples, Limits(max_samples=2**62, max_points=2**62, timeout_seconds=600))
    burnt = 0
    for query in tiers:
        for day in ASKED_DAYS:
            start, end = _day(day)
            times_ms = np.arange(start, end + 1, STEP_SECONDS, np.int64) * 1000
            found = answers(engine, parse(query, size=QuerySize()), times_ms)
            ours = (times_ms[found.present.any(axis=0)] / 1000).tolist()
            theirs = _asked(client, url, query, start, end)
            if ours != theirs:
                raise AssertionError(f"day {day}: {query}: ours {len(ours)} steps, Prometheus {len(theirs)}")
            burnt += len(ours)
    if not burnt:
        raise AssertionError("no tier burns: the samples show nothing")


def _command(folder: Path, page: Path, specs: Path) -> Backtest:
    """All of the command: start of the process, samples from our own store, rules, report as JSON."""
    data = folder / "data"
    peers.import_samples(page, data)
    page.unlink()
    during = ["--from", str(START), "--to", str(END), "--data", str(data), "--format", "json"]
    command = [peers.COLLECTOR[0], "alerts", "backtest", str(specs), *during]
    seconds = []
    for _ in range(COMMAND_RUNS):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    return Backtest("backtest.command.20_slos.30_days", _median(seconds), runs=COMMAND_RUNS)


def _spec(number: int) -> dict[str, object]:
    def metric(name: str) -> dict[str, object]:
        query = f'sum(increase({name}_total{{slo="s{number}"}}[$window]))'
        return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}

    ratio = {"counter": True, "bad": metric("bad"), "total": metric("events")}
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": f"s{number}", "annotations": {"fireline/policy": "workbook"}},
        "spec": {
            "service": "bench",
            "indicator": {"spec": {"ratioMetric": ratio}},
            "timeWindow": [{"duration": "30d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": 0.999}],
        },
    }


def write_counters(path: Path) -> int:
    """Bad and all events of each SLO, with a reset a week and now and then an incident; how many samples."""
    rng = np.random.default_rng(20250903)
    steps = (DAYS + DAYS_BEFORE) * DAY_SECONDS // STEP_SECONDS
    times = [f"{at:.3f}" for at in END - steps * STEP_SECONDS + 3.217 + np.arange(steps) * STEP_SECONDS]
    columns = [_counted(rng, steps) for _ in range(SLOS)]
    with path.open("w") as out:
        for place, metric in enumerate(("bad", "events")):
            out.write(f"# TYPE {metric} counter\n")
            for slo, column in enumerate(columns):
                name = f'{metric}_total{{instance="t0",slo="s{slo}"}}'
                values = column[place].tolist()
                out.writelines(f"{name} {value} {at}\n" for value, at in zip(values, times, strict=True))
        out.write("# EOF\n")
    return 2 * SLOS * steps


def _counted(rng: np.random.Generator, steps: int) -> tuple[np.ndarray, np.ndarray]:
    events = rng.poisson(30, steps)
    share = np.full(steps, 0.0003)
    for begin in rng.integers(0, steps, 40):
        share[begin : begin + rng.integers(8, 400)] = rng.uniform(0.005, 0.5)
    bad = rng.binomial(events, share)
    return _with_resets(bad), _with_resets(events)


def _with_resets(grown: np.ndarray) -> np.ndarray:
    """From 0 again each week."""
    total, week = np.cumsum(grown), 7 * DAY_SECONDS // STEP_SECONDS
    weeks = np.arange(len(total)) // week
    return total - np.concatenate([[0], total[week - 1 :: week]])[weeks]
