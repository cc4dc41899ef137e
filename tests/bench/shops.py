"""Shops on one core each, and k6 beside them: what the shop's benches stand on."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commerce_app.database.seed import Size, seed
from commerce_app.stack.binaries import k6_program
from commerce_app.stack.ports import LOOPBACK, free_port, is_listening
from commerce_app.stack.process import Child, Placement, wait_until
from commerce_app.stack.stack import Servers, Stack

INSTRUMENTED = (
    "-c",
    "import sys; from commerce_app.cli import shop; shop(['serve', '--listen', sys.argv[1]])",
)
BARE = ("-m", "tests.bench.bare_shop")
SIZE = Size(products=1000, users=20_000)
START_SECONDS = 60.0


@dataclass(frozen=True)
class ShopProcess:
    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time so far, from fields 14 and 15 of its stat (proc(5))."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def seeded_servers() -> Iterator[Servers]:
    with Stack() as servers:
        asyncio.run(seed(servers.primary.url, SIZE, datetime.now(UTC)))
        yield servers


@contextmanager
def shop_on_one_core(servers: Servers, program: tuple[str, ...] = INSTRUMENTED) -> Iterator[ShopProcess]:
    """The first core: the replica has the last."""
    port = free_port()
    environment = {
        "DATABASE_URL": servers.primary.url,
        "REPLICA_URL": servers.replica.url,
        "REDIS_URL": servers.valkey.url,
    }
    placement = Placement(cpus=(min(os.sched_getaffinity(0)),))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, *program, f"{LOOPBACK}:{port}"]
        child = Child.start(
            "shop", command, Path(folder) / "log", placement=placement, environment=environment
        )
        try:
            wait_until(lambda: is_listening(port), child, START_SECONDS)
            yield ShopProcess(f"http://{LOOPBACK}:{port}", child.pid)
        finally:
            child.stop()


@dataclass(frozen=True)
class LoadRun:
    """k6's exit code (0, or 99 for a threshold that failed) and metrics."""

    code: int
    metrics: Mapping[str, Any]


def run_load(script: Path, url: str, **settings: object) -> LoadRun:
    """One run of a k6 test; raises RuntimeError when it ended in another way than by its thresholds."""
    given = {name: str(value) for name, value in settings.items()}
    size = {"BASE_URL": url, "PRODUCTS": str(SIZE.products), "USERS": str(SIZE.users)}
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        command = [str(k6_program()), "run", "--quiet", "--address", "", "--summary-export", str(summary)]
        done = subprocess.run(
            [*command, str(script)],
            env={**os.environ, "K6_NO_USAGE_REPORT": "true", **size, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 99}:
            raise RuntimeError(f"k6 ended with {done.returncode}: {done.stderr[-500:]}")
        return LoadRun(done.returncode, json.loads(summary.read_text())["metrics"])
