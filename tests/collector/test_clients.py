"""Real senders and readers against the collector: Prometheus, vmalert, vmagent."""

import http.server
import json
import signal
import subprocess
import threading
import time

import httpx
import pytest

from tests.collector.served import DEADLINE_SECONDS, config_for, eventually, free_port, needs

pytestmark = pytest.mark.servers

RECEIVE = "--enable-remote-write-receiver"
VICTORIA = "victoria-metrics"


@pytest.fixture
def run(tmp_path):
    """Starts programs whose output goes to files; they end with the test."""
    running = []

    def start(program, *options):
        log = (tmp_path / f"{program}.log").open("w")
        running.append((subprocess.Popen([program, *options], cwd=tmp_path, stdout=log, stderr=log), log))

    yield start
    for process, log in running:
        process.terminate()
        try:
            process.wait(timeout=DEADLINE_SECONDS)
        finally:
            process.kill()
            log.close()


class Notified(http.server.BaseHTTPRequestHandler):
    """An Alertmanager that only writes down what it is told."""

    def do_POST(self):
        self.server.alerts += json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def notifier():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notified)
    server.daemon_threads = True
    server.alerts = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def rules(folder, *given, interval="1s"):
    groups = {"groups": [{"name": "g", "interval": interval, "rules": list(given)}]}
    (folder / "rules.yml").write_text(json.dumps(groups))


def samples(url, query, at):
    """Values by time by labels, as they are spelled."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query, "time": at}).json()
    return {json.dumps(s["metric"], sort_keys=True): s["values"] for s in answer["data"]["result"]}


@needs("prometheus", "prometheus")
def test_prometheus_writes_what_it_scrapes_of_itself(serve, run, tmp_path):
    served = serve({}, RECEIVE)
    address = f"127.0.0.1:{free_port()}"
    config = {
        "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
        "scrape_configs": [{"job_name": "itself", "static_configs": [{"targets": [address]}]}],
        "remote_write": [
            {"url": f"{served.url}/api/v1/write", "queue_config": {"batch_send_deadline": "100ms"}}
        ],
    }
    (tmp_path / "theirs.yml").write_text(json.dumps(config))
    run(
        "prometheus",
        "--config.file=theirs.yml",
        f"--web.listen-address={address}",
        "--storage.tsdb.path=theirs",
    )
    eventually(lambda: served.value("count_over_time(up[1m])") >= [4.0], "four scrapes")
    ((at, _),), everything = served.result("up[1m]")[0]["values"][-1:], '{job="itself"}[1h]'
    theirs = samples(f"http://{address}", everything, at)
    assert len(theirs) > 100
    eventually(lambda: samples(served.url, everything, at) == theirs, "the same samples on both sides")


@needs("vmalert", VICTORIA)
def test_vmalert_reads_writes_back_and_alerts(serve, run, target, notifier, tmp_path):
    served = serve(config_for(target), RECEIVE)
    eventually(lambda: served.value("temperature"), "a scrape")
    rules(
        tmp_path,
        {"record": "shop:temperature:twice", "expr": "temperature * 2"},
        {"alert": "Warm", "expr": "temperature > 20", "annotations": {"summary": "{{ $value }} degrees"}},
    )
    run(
        "vmalert", "-rule=rules.yml", f"-httpListenAddr=127.0.0.1:{free_port()}",
        f"-datasource.url={served.url}", f"-remoteWrite.url={served.url}", f"-remoteRead.url={served.url}",
        f"-notifier.url=http://127.0.0.1:{notifier.server_address[1]}", "-remoteWrite.flushInterval=100ms",
    )  # fmt: skip
    assert eventually(lambda: served.value("shop:temperature:twice"), "the recorded series") == [43.0]
    assert eventually(lambda: served.value('ALERTS{alertname="Warm",alertstate="firing"}'), "ALERTS") == [1.0]
    (alert, *_) = eventually(lambda: notifier.alerts, "the alert")
    assert (alert["labels"]["alertname"], alert["labels"]["job"]) == ("Warm", "shop")
    assert alert["annotations"] == {"summary": "21.5 degrees"}


@needs("vmalert", VICTORIA)
def test_vmalert_replays_history_into_new_series(serve, tmp_path):
    served = serve({}, RECEIVE)
    begin = int(time.time()) // 60 * 60 - 7200
    lines = [f"temperature {20 + minute} {begin + 60 * minute}\n" for minute in range(60)]
    served.stop()
    served.load("# TYPE temperature gauge\n" + "".join(lines) + "# EOF\n")
    served.start()
    rules(
        tmp_path,
        {"record": "shop:temperature:twice", "expr": "temperature * 2"},
        {"record": "shop:temperature:half", "expr": "temperature / 2"},
        interval="1m",
    )
    at = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + 60 * minute)) for minute in (0, 59)]
    subprocess.run(
        ["vmalert", "-rule=rules.yml", f"-datasource.url={served.url}", f"-remoteWrite.url={served.url}",
         f"-replay.timeFrom={at[0]}", f"-replay.timeTo={at[1]}", "-replay.disableProgressBar",
         "-replay.rulesDelay=1ms", "-datasource.queryStep=1m", f"-httpListenAddr=127.0.0.1:{free_port()}"],
        cwd=tmp_path, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    for name, factor in (("twice", 2.0), ("half", 0.5)):
        (found,) = served.result(f"shop:temperature:{name}[3h]")
        values = [(at, float(value)) for at, value in found["values"]]
        assert values == [(begin + 60 * minute, (20 + minute) * factor) for minute in range(60)]


@needs("vmagent", VICTORIA)
def test_vmagent_writes_what_it_scrapes(serve, run, target, tmp_path):
    served = serve({}, RECEIVE)
    address = f"127.0.0.1:{target.server_address[1]}"
    jobs = [{"job_name": "shop", "scrape_interval": "1s", "static_configs": [{"targets": [address]}]}]
    (tmp_path / "agent.yml").write_text(json.dumps({"scrape_configs": jobs}))
    run(
        "vmagent", "-promscrape.config=agent.yml", f"-httpListenAddr=127.0.0.1:{free_port()}",
        f"-remoteWrite.url={served.url}/api/v1/write", "-remoteWrite.tmpDataPath=agent",
    )  # fmt: skip
    assert eventually(lambda: served.value('temperature{job="shop"}'), "a sample") == [21.5]
    assert served.value("up") == [1.0]
    eventually(lambda: served.value("increase(requests_total[1m])"), "a second scrape")


def test_what_was_answered_204_survives_a_kill(serve, packed):
    served = serve({}, RECEIVE)
    now = int(time.time())
    headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"}
    for number in range(20):
        content = packed(({"__name__": "sent"}, [(1000 * (now + number), float(number))]))
        answer = httpx.post(f"{served.url}/api/v1/write", content=content, headers=headers)
        assert answer.status_code == 204
    served.end(signal.SIGKILL)
    served.process.stderr.close()
    served.start()
    assert len(served.result("sent[1h]", time=now + 20)[0]["values"]) == 20
