"""What 1,000 SLOs cost while they are evaluated each 15 s: ours beside Prometheus, all scraping one page.

The stores begin empty, so long windows hold minutes: of more history Prometheus would have to read more.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.compile import CompileOptions, compile_slos, policies_of
from alerts.slo import Sli, SliKind, Slo, bad_counted
from tests.alerts.ci.sloth_rules import sloth_rules
from tests.bench.peers import COLLECTOR, free_port, wait_until_ready
from tests.collector.target import counting_target

SLOS = 1_000
WARM_UP_SECONDS = 120.0
MEASURED_SECONDS = 120.0


@dataclass(frozen=True)
class Cost:
    """cores: CPU seconds a second, as a mean over whole minutes, scraping and storing included."""

    name: str
    slos: int
    rules: int
    cores: float


def run() -> Iterator[Cost]:
    slos = [_slo(number) for number in range(SLOS)]
    policies = policies_of(slos)
    engines: dict[str, tuple[str, dict[str, Any]]] = {
        "fireline": ("fireline", compile_slos(slos, policies)),
        "prometheus.bad_and_total": (
            "prometheus",
            compile_slos(slos, policies, CompileOptions(exact_windows=False)),
        ),
        "prometheus.sloth": ("prometheus", sloth_rules(slos, interval="15s")),
    }
    with tempfile.TemporaryDirectory() as name, counting_target() as target, ExitStack() as stack:
        target.page = _page
        processes = {
            engine: stack.enter_context(
                _scraping(program, Path(name) / engine, target.server_address[1], rules)
            )
            for engine, (program, rules) in engines.items()
        }
        time.sleep(WARM_UP_SECONDS)
        before = {engine: _cpu_seconds(process) for engine, process in processes.items()}
        time.sleep(MEASURED_SECONDS)
        for engine, process in processes.items():
            count = sum(len(group["rules"]) for group in engines[engine][1]["groups"])
            yield Cost(engine, SLOS, count, (_cpu_seconds(process) - before[engine]) / MEASURED_SECONDS)


def _slo(number: int) -> Slo:
    total = f'sum(increase(events_total{{slo="s{number}"}}[$window]))'
    bad = bad_counted(f'sum(increase(bad_total{{slo="s{number}"}}[$window]))', total)
    return Slo(f"s{number}", "bench", 0.999, Sli(SliKind.AVAILABILITY, bad, total), policy="workbook")


def _page(scrapes: int) -> str:
    """Counters of all SLOs; they grow by the time, as three engines scrape them."""
    seconds = int(time.monotonic())
    lines = []
    for metric, pace in (("events", 7), ("bad", 0.003)):
        lines.append(f"# TYPE {metric}_total counter")
        lines += [f'{metric}_total{{slo="s{n}"}} {int(seconds * pace * (1 + n % 9))}' for n in range(SLOS)]
    return "\n".join(lines) + "\n"


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process, from fields 14 and 15 of its stat (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _scraping(program: str, folder: Path, target_port: int, rules: Mapping[str, Any]) -> Iterator[int]:
    folder.mkdir()
    (folder / "rules.yml").write_text(json.dumps(rules))
    job = {"job_name": "bench", "static_configs": [{"targets": [f"127.0.0.1:{target_port}"]}]}
    times = {"scrape_interval": "15s", "evaluation_interval": "15s"}
    config = {"global": times, "rule_files": ["rules.yml"], "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(json.dumps(config))
    address = f"127.0.0.1:{free_port()}"
    flags = {
        "fireline": [*COLLECTOR, "serve", "--config", f"{folder}/prometheus.yml", "--data", f"{folder}/data",
                     "--listen", address],
        "prometheus": ["prometheus", f"--config.file={folder}/prometheus.yml",
                       f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}",
                       "--log.level=error"],
    }  # fmt: skip
    process = subprocess.Popen(flags[program], stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(lambda: process.poll() is None, f"http://{address}/-/ready")
        yield process.pid
    finally:
        process.terminate()
        process.wait()
