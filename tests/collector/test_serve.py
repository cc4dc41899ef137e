"""The collector as a process, asked by the real promtool, sending to a real Alertmanager."""

import http.server
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

pytestmark = pytest.mark.servers

DEADLINE_SECONDS = 20.0


def needs(program, package):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"Debian package {package} is missing")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def eventually(ask, what):
    """Polls, as only the other process knows when it is ready."""
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not within {DEADLINE_SECONDS} s: {what}")


class Page(http.server.BaseHTTPRequestHandler):
    """A target whose counter counts its scrapes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.scrapes += 1
        body = self.server.page(self.server.scrapes).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def target():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    server.scrapes = 0
    server.page = lambda n: (
        f'# TYPE requests_total counter\nrequests_total{{route="/a"}} {n}\ntemperature 21.5\n'
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Served:
    """`fireline collector serve` in a folder."""

    def __init__(self, folder, config):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.configure(config)
        self.start()

    def configure(self, config):
        (self.folder / "prometheus.yml").write_text(json.dumps(config))

    def start(self):
        code = "from collector.cli import collector; collector()"
        options = ["--config", "prometheus.yml", "--data", "data", "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *options],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        eventually(lambda: httpx.get(f"{self.url}/-/ready").status_code == 200, "ready")

    def end(self, how):
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=DEADLINE_SECONDS)
        return self.process.returncode, said

    def result(self, query, **params):
        answer = httpx.post(f"{self.url}/api/v1/query", data={"query": query, **params}).json()
        return answer["data"]["result"]

    def value(self, query, **params):
        return [float(item["value"][1]) for item in self.result(query, **params)]


def config_for(target, *, rules=(), alertmanager=None, **job):
    address = f"127.0.0.1:{target.server_address[1]}"
    config = {
        "global": {"scrape_interval": "200ms", "evaluation_interval": "200ms"},
        "scrape_configs": [{"job_name": "shop", "static_configs": [{"targets": [address]}], **job}],
        "rule_files": list(rules),
    }
    if alertmanager:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    return config


@pytest.fixture
def serve(tmp_path):
    running = []

    def start(config):
        served = Served(tmp_path, config)
        running.append(served)
        return served

    yield start
    for served in running:
        if served.process.poll() is None:
            served.end(signal.SIGKILL)
        served.process.stderr.close()


def promtool(*arguments):
    return subprocess.run(
        ["promtool", "query", *arguments], capture_output=True, text=True, check=True, timeout=30
    ).stdout


@needs("promtool", "prometheus")
def test_promtool_reads_everything_it_asks(serve, target):
    served = serve(config_for(target))
    eventually(lambda: served.value("requests_total") and served.value("requests_total")[0] > 3, "samples")
    now = time.time()
    labels = f'instance="127.0.0.1:{target.server_address[1]}", job="shop"'
    assert promtool("instant", served.url, "sum(up)").startswith("{} => 1 @[")
    found = promtool(
        "range", f"--start={now - 1:.0f}", f"--end={now:.0f}", "--step=200ms", served.url, "temperature"
    )
    assert found.startswith(f"temperature{{{labels}}} =>\n")
    assert re.search(r"^21\.5 @\[", found, re.MULTILINE)
    assert promtool("series", "--match=temperature", served.url) == f'{{__name__="temperature", {labels}}}\n'
    assert promtool("labels", served.url, "job") == "shop\n"


@needs("prometheus-alertmanager", "prometheus-alertmanager")
def test_an_alert_reaches_alertmanager_and_is_resolved(serve, target, tmp_path):
    port = free_port()
    (tmp_path / "am.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    rule = {
        "alert": "Warm",
        "expr": "temperature > 30",
        "labels": {"severity": "page"},
        "annotations": {"summary": "{{ $labels.job }} has {{ $value | humanize }} degrees"},
    }
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
    log = (tmp_path / "am.log").open("w")
    alertmanager = subprocess.Popen(
        ["prometheus-alertmanager", "--config.file=am.yml", f"--web.listen-address=127.0.0.1:{port}",
         "--cluster.listen-address=", "--storage.path=am"],
        cwd=tmp_path, stderr=log, stdout=log,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/api/v2"
    try:
        eventually(lambda: httpx.get(f"{url}/status").status_code == 200, "Alertmanager")
        serve(config_for(target, rules=["rules.yml"], alertmanager=f"127.0.0.1:{port}"))
        target.page = lambda n: "temperature 31.5\n"
        (alert,) = eventually(lambda: httpx.get(f"{url}/alerts").json(), "the alert")
        assert alert["annotations"] == {"summary": "shop has 31.5 degrees"}
        assert alert["labels"]["severity"] == "page"
        target.page = lambda n: "temperature 21.5\n"
        eventually(lambda: not httpx.get(f"{url}/alerts", params={"active": "true"}).json(), "its end")
    finally:
        alertmanager.terminate()
        alertmanager.wait(timeout=DEADLINE_SECONDS)
        log.close()


def test_what_a_query_returned_survives_a_kill(serve, target):
    served = serve(config_for(target))
    seen = {}
    for round_number in range(3):
        more = len(seen) + 4
        eventually(lambda more=more: len(raw(served)) >= more, f"samples of round {round_number}")
        seen = raw(served)
        served.end(signal.SIGKILL)
        served.process.stderr.close()
        served.start()
        assert seen.items() <= raw(served).items()


def raw(served):
    found = served.result("requests_total[1h]")
    return dict(found[0]["values"]) if found else {}


def test_a_reload_keeps_scraping_and_takes_the_new_rules(serve, target, tmp_path):
    served = serve(config_for(target))
    eventually(lambda: served.value("up"), "a scrape")
    rule = {"record": "a:b", "expr": "temperature * 2"}
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
    served.configure(config_for(target, rules=["rules.yml"], metrics_path="/other"))
    assert httpx.post(f"{served.url}/-/reload").status_code == 200
    assert eventually(lambda: served.value("a:b"), "the new rule") == [43.0]
    served.configure({"nonsense": 1})
    served.process.send_signal(signal.SIGHUP)
    status = f"{served.url}/api/v1/status/runtimeinfo"
    eventually(lambda: not httpx.get(status).json()["data"]["reloadConfigSuccess"], "the refusal")
    assert served.value("a:b") == [43.0]


def test_a_job_that_goes_ends_its_series(serve, target):
    served = serve(config_for(target))
    eventually(lambda: served.value("up"), "a scrape")
    served.configure({"global": {"scrape_interval": "200ms"}})
    assert httpx.post(f"{served.url}/-/reload").status_code == 200
    assert served.value("up") == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(serve, target, how):
    served = serve(config_for(target))
    eventually(lambda: served.value("up"), "a scrape")
    code, said = served.end(how)
    assert code == 0
    assert "Traceback" not in said
    assert "ERROR" not in said
