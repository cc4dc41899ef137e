"""A site of real servers with proxies before all of them, and a child that stands for the shop."""

import sys
from contextlib import ExitStack

import httpx
import pytest

from commerce_app.drill.lines import plan_lines
from commerce_app.faults.active import ActiveFaults
from commerce_app.faults.proxy_client import ProxyClient
from commerce_app.faults.site import Site
from commerce_app.stack.ports import free_port, is_listening
from commerce_app.stack.process import Child, wait_until
from commerce_app.stack.stack import Stack


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    logs = tmp_path_factory.mktemp("logs")
    port = free_port()
    with ExitStack() as exit_stack:
        servers = exit_stack.enter_context(Stack())
        client = exit_stack.enter_context(httpx.Client(timeout=10))
        command = [sys.executable, "-m", "commerce_app.faults", "--api", f"127.0.0.1:{port}"]
        proxy = Child.start("proxy", command, logs / "proxy.log")
        exit_stack.callback(proxy.stop)
        shop = Child.start("shop", [sys.executable, "-c", "import signal; signal.pause()"], logs / "shop.log")
        exit_stack.callback(shop.stop)
        wait_until(lambda: is_listening(port), proxy, 20)
        proxies = ProxyClient(f"http://127.0.0.1:{port}", client)
        lines = plan_lines(servers, ("primary", "redis", "replica"))
        lines.open(proxies)
        flips = []
        yield Site(servers, proxies, shop, lambda *flip: flips.append(flip), logs), lines, flips


@pytest.fixture
def faults(site):
    active = ActiveFaults(site[0])
    yield active
    assert active.heal_all() == []
