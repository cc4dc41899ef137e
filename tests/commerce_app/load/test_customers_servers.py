"""The customers of a drill in k6, before a shop that answers what the test says."""

import json
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread

import pytest

from commerce_app.drill.customers import start_customers
from commerce_app.drill.offer import Stage
from commerce_app.drill.scenario import load_scenario

pytestmark = pytest.mark.servers

LATER = {"Retry-After": "1"}
ORDERS = [(201, {}), (409, {}), (409, LATER), (404, {}), (400, {}), (422, {}), (429, LATER), (503, LATER)]


@contextmanager
def shop(answers):
    """Answers of each path by turns; what it has sent, by path, status and whether waiting helps."""
    turns, sent = {path: cycle(each) for path, each in answers.items()}, Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            path = "/" + self.path.split("/")[1]
            # The first thing that the customers ask is whether a key is demanded.
            status, headers = (422, {}) if asked.get("items") == [] else self.next(path)
            body = json.dumps({"order_id": 7, "orders": [{"order_id": 7}]}).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def next(self, path):
            status, headers = next(turns[path])
            sent[path, status, bool(headers)] += 1
            return status, headers

        do_GET = do_POST = answer  # noqa: N815 -- the handler's names

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def customers(url, folder, mix, rps):
    """What they say, two seconds later."""
    scenario = load_scenario("redis-slow")
    load = scenario.load.model_copy(update={"mix": mix, "stages": (Stage(rps=rps, hold_seconds=2),)})
    running = start_customers(
        scenario.model_copy(update={"load": load}), scenario.acts["protected"], url, folder
    )
    running.child.wait(60)
    return running.stop()


def test_only_what_the_shop_did_is_counted_as_done(tmp_path):
    pages = [(200, {}), (503, LATER), (404, {})]
    with shop({"/orders": ORDERS, "/products": pages}) as (url, sent):
        found = customers(url, tmp_path, {"order": 0.5, "detail": 0.3, "popular": 0.2}, 60)
    assert found.orders_placed == sent["/orders", 201, False] > 0
    assert found.orders_refused == sent["/orders", 409, False] > 0
    assert found.orders_failed >= 5 * (found.orders_placed - 1)
    assert found.pages_served == sent["/products", 200, False] > 0
    assert found.pages_served_ratio < 0.5


def test_who_cannot_look_for_the_order_is_counted(tmp_path):
    with shop({"/orders": [(201, {})], "/users": [(200, {}), (503, LATER), (503, LATER)]}) as (url, _):
        found = customers(url, tmp_path, {"reread": 1.0}, 12)
    assert found.figure("own_order_missing") == 0
    assert found.figure("own_orders_unread") > 0.5
