"""How late rules are evaluated while two clients query without a pause.

The server is the one of ``fireline collector serve``, run here with a note at the end of each evaluation.
"""

import json
import multiprocessing
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from collector.cli import collector
from collector.rules.engine import RuleEngine
from tests.bench.ingest import Shape, page
from tests.bench.peers import free_port, import_samples, wait_until_ready
from tests.bench.queries import BUCKETS, END, HOURS, RANGE_QUERIES, ask_range
from tests.bench.samples import FIFTY_TARGETS, write_histograms
from tests.collector.target import counting_target

SECONDS = 60.0
RULES = 20
CLIENTS = 2
LIVE = Shape(1, 1_000)


@dataclass(frozen=True)
class Delay:
    """Seconds from the time that an evaluation is for to its end, its samples stored."""

    evaluations: int
    queries: int
    median: float
    p99: float
    worst: float


def run() -> Delay:
    with tempfile.TemporaryDirectory() as name, counting_target() as target:
        pages = [page(LIVE, 0, turn) for turn in range(8)]
        target.page = lambda n: pages[n % len(pages)]
        return _measured(Path(name), target.server_address[1])


def _measured(folder: Path, target_port: int) -> Delay:
    _configure(folder, target_port)
    _import_history(folder)
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, port))
    server.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(server.is_alive, f"{url}/-/ready")
        time.sleep(5)  # for a few scrapes to be there
        begin = time.time()
        asked = _ask_without_pause(url)
        delays = [json.loads(line) for line in (folder / "delays").read_text().splitlines()]
    finally:
        server.terminate()
        server.join()
    seconds = np.array([delay for at, delay in delays if at >= begin])
    median, p99 = np.percentile(seconds, [50, 99]).tolist()
    return Delay(len(seconds), asked, median, p99, float(seconds.max()))


def _configure(folder: Path, target_port: int) -> None:
    expressions = [f'sum by (route) (rate({BUCKETS}{{le="{n % 10}"}}[5m]))' for n in range(RULES)]
    rules = [{"record": f"bench:rate{n}", "expr": expression} for n, expression in enumerate(expressions)]
    (folder / "rules.yml").write_text(
        json.dumps({"groups": [{"name": "bench", "interval": "1s", "rules": rules}]})
    )
    static = [{"targets": [f"127.0.0.1:{target_port}"]}]
    job = {"job_name": "live", "scrape_interval": "1s", "scrape_timeout": "1s", "static_configs": static}
    (folder / "prometheus.yml").write_text(json.dumps({"rule_files": ["rules.yml"], "scrape_configs": [job]}))


def _import_history(folder: Path) -> None:
    history = folder / "samples.om"
    write_histograms(history, FIFTY_TARGETS, end=END, hours=HOURS)
    import_samples(history, folder / "data")


def _serve(folder: Path, port: int) -> None:
    evaluate = RuleEngine.evaluate_many
    with (folder / "delays").open("w", buffering=1) as out:

        def noted(self: RuleEngine, groups: object, at: float, name: str) -> object:
            evaluations = evaluate(self, groups, at, name)
            out.write(f"[{at}, {time.time() - at}]\n")
            return evaluations

        RuleEngine.evaluate_many = noted
        files = ["--config", str(folder / "prometheus.yml"), "--data", str(folder / "data")]
        collector(["serve", *files, "--listen", f"127.0.0.1:{port}"])


def _ask_without_pause(url: str) -> int:
    """Two clients go through the queries of the bench again and again; returns how many were answered."""
    end, counts = time.monotonic() + SECONDS, [0] * CLIENTS

    def ask(number: int) -> None:
        with httpx.Client(timeout=120) as client:
            while time.monotonic() < end:
                ask_range(client, url, RANGE_QUERIES[counts[number] % len(RANGE_QUERIES)])
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)
