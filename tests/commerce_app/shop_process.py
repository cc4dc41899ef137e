"""`fireline shop serve` and the fault proxy as processes of their own."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx

from commerce_app.stack.ports import free_port

PAUSE_SECONDS = 0.02  # between looks: whoever looks without takes the core from what starts
SHOP = [sys.executable, "-c", "from commerce_app.cli import shop; shop()"]


@contextmanager
def serving(settings, **environment):
    """The URL of a shop on these databases."""
    address = f"127.0.0.1:{free_port()}"
    databases = {
        "DATABASE_URL": settings.database_url,
        "REPLICA_URL": settings.replica_url,
        "REDIS_URL": settings.redis_url,
        "ADMIN_TOKEN": settings.admin_token,
    }
    command = [*SHOP, "serve", "--listen", address]
    with _running(command, {**databases, **environment}, f"http://{address}/healthz"):
        yield f"http://{address}"


@contextmanager
def proxying(upstream_port):
    """The address before a server, and the URL of the API that puts faults in between."""
    address, api = (f"127.0.0.1:{free_port()}" for _ in range(2))
    command = [sys.executable, "-m", "commerce_app.faults", "--listen", address]
    command += ["--upstream", f"127.0.0.1:{upstream_port}", "--api", api]
    with _running(command, {}, f"http://{api}/version"):
        yield address, f"http://{api}"


@contextmanager
def _running(command, environment, ready):
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        while not _answers(ready):
            assert process.poll() is None
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        process.kill()
        process.wait()


def _answers(url):
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
