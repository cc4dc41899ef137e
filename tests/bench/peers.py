"""Both engines, started on the same samples, on free ports, in one folder."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

READY_SECONDS = 120
COLLECTOR = (str(Path(sys.executable).with_name("fireline")), "collector")
_LONG_BLOCKS = "--max-block-duration=486h"  # as compaction leaves them; promtool reads the file once for each


class PeerMissingError(Exception):
    """An engine that the bench needs is not installed."""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def prometheus(folder: Path, openmetrics: Path) -> Iterator[str]:
    """The installed Prometheus on blocks made from the file; yields its URL."""
    data = folder / "prometheus"
    make_blocks(openmetrics, data)
    with _prometheus(folder, data) as url:
        yield url


def make_blocks(openmetrics: Path, data: Path) -> None:
    """Prometheus' blocks of the file."""
    _require("promtool")
    blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", _LONG_BLOCKS]
    subprocess.run([*blocks, str(openmetrics), str(data)], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def writable_prometheus(folder: Path) -> Iterator[str]:
    """The installed Prometheus without samples, taking remote writes; yields its URL."""
    with _prometheus(folder, folder / "prometheus", "--web.enable-remote-write-receiver") as url:
        yield url


@contextmanager
def _prometheus(folder: Path, data: Path, *more_flags: str) -> Iterator[str]:
    _require("prometheus")
    config, port = folder / "prometheus.yml", free_port()
    config.write_text("global: {}\n")
    flags = [
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
        *more_flags,
    ]
    with _running(["prometheus", *flags], f"http://127.0.0.1:{port}") as url:
        yield url


def _require(tool: str) -> None:
    if shutil.which(tool) is None:
        raise PeerMissingError(f"Debian package prometheus is missing ({tool} not found)")


@contextmanager
def fireline(folder: Path, openmetrics: Path) -> Iterator[str]:
    """Our collector on the same file; yields its URL."""
    data, config, port = folder / "fireline", folder / "fireline.yml", free_port()
    config.write_text("global: {}\n")
    import_samples(openmetrics, data)
    options = ["--config", str(config), "--data", str(data), "--listen", f"127.0.0.1:{port}"]
    with _running([*COLLECTOR, "serve", *options], f"http://127.0.0.1:{port}") as url:
        yield url


def import_samples(openmetrics: Path, data: Path) -> None:
    """A data folder of ours with the samples of the file."""
    command = [*COLLECTOR, "import", str(openmetrics), "--data", str(data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _running(command: list[str], url: str) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(lambda: process.poll() is None, f"{url}/-/ready")
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(is_running: Callable[[], bool], url: str) -> None:
    """Polls. Raises RuntimeError where the process ended or took too long."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and is_running():
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url} was not ready within {READY_SECONDS} s")
