"""The proxy as a process of its own."""

import subprocess
import sys

import httpx
import pytest

from commerce_app.stack.ports import free_port, is_listening
from commerce_app.stack.process import Child, wait_until

PROGRAM = [sys.executable, "-m", "commerce_app.faults"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--listen", "127.0.0.1:1"], "expected both --listen and --upstream, or neither"),
        (["--listen", "127.0.0.1:0", "--upstream", "x"], "upstream: expected HOST:PORT, got 'x'"),
        (["--api", "localhost"], "api: expected HOST:PORT, got 'localhost'"),
    ],
)
def test_a_mistake_is_one_line(options, message):
    done = subprocess.run([*PROGRAM, *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert message in done.stderr


def test_starts_with_a_proxy_or_waits_for_the_api_to_make_one(tmp_path):
    port, first, second = free_port(), free_port(), free_port()
    api = f"127.0.0.1:{port}"
    options = ["--listen", f"127.0.0.1:{first}", "--upstream", api, "--api", api]
    child = Child.start("proxy", [*PROGRAM, *options], tmp_path / "log")
    try:
        wait_until(lambda: is_listening(port), child, 30)
        body = {"name": "db", "listen": f"127.0.0.1:{second}", "upstream": api}
        assert httpx.post(f"http://{api}/proxies", json=body).status_code == 201
        assert set(httpx.get(f"http://{api}/proxies").json()) == {"redis", "db"}
        assert is_listening(first)
        assert is_listening(second)
    finally:
        child.stop()
