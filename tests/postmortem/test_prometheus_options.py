"""Every command that reads a Prometheus is told which in the same words, and sends what it is told to."""

import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
import stamina
from click.testing import CliRunner

from alerts.adopt.cli import adopt_command
from alerts.cli import alerts
from collector.cli import collector
from collector.cli_prometheus import PrometheusServer
from postmortem.cli import main as postmortem

SPEC = "alerts/examples/shop.slo.yml"
DURING = ("--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T01:00:00Z")
COMMANDS = {
    "adopt": (adopt_command, "--out", "out"),
    "check": (alerts, "check", SPEC),
    "budget": (alerts, "budget", SPEC),
    "gate": (alerts, "gate", SPEC),
    "backtest": (alerts, "backtest", SPEC, *DURING),
    "tune": (alerts, "tune", SPEC, *DURING),
    "freeze": (alerts, "freeze", "name", SPEC, *DURING, "--cases", "cases"),
    "export": (collector, "export", "--match", "up", "--start", "1"),
    "postmortem": (postmortem, "report", "latest", "--out", "report.md"),
}
OPTIONS = ("--prometheus", "--url", "--header", "--bearer-token-file", "--bearer-token-env")


@pytest.fixture
def prometheus():
    """Answers every query with nothing, and keeps the headers that it was sent."""
    kinds = {"query": "vector", "query_range": "matrix"}
    answers = {path: {"resultType": kind, "result": []} for path, kind in kinds.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.sent.append(dict(self.headers))
            last = urlsplit(self.path).path.rsplit("/", 1)[-1]
            body = json.dumps({"status": "success", "data": answers.get(last, [])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the name that the server looks for

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.sent, server.url = [], f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def run(tmp_path):
    """Runs a command of the table from the folder of the repository; what it writes goes elsewhere."""

    def at(command, *options):
        program, *words = COMMANDS[command]
        files = {"out", "cases", "report.md"}
        arguments = [str(tmp_path / word) if word in files else word for word in words]
        return CliRunner().invoke(program, [*arguments, *map(str, options)])

    return at


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_options_everywhere(command):
    found, first, *_ = COMMANDS[command]
    found = found.get_command(None, first) if hasattr(found, "get_command") else found
    spelled = {name for option in found.params for name in option.opts}
    assert spelled >= set(OPTIONS)


@pytest.mark.parametrize("spelling", ["--prometheus", "--url"])
@pytest.mark.parametrize("command", COMMANDS)
def test_headers_and_a_token_go_with_every_request(run, prometheus, tmp_path, command, spelling):
    (tmp_path / "token").write_text("secret\n")
    sent = ("--header", "X-Scope-OrgID: team", "--header", "X-More: 1")
    run(command, spelling, f"{prometheus.url}/", *sent, "--bearer-token-file", tmp_path / "token")
    assert prometheus.sent
    for one in prometheus.sent:
        headers = {name.lower(): value for name, value in one.items()}
        assert headers["x-scope-orgid"] == "team"
        assert headers["x-more"] == "1"
        assert headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--url", "prometheus:9090"), ": expected a URL such as http://host:9090, found 'prometheus:9090'"),
        (("--url", ""), ": expected a URL such as http://host:9090"),
        (("--url", "http://a", "--header", "hunter2"), "--header: expected NAME: VALUE"),
        (("--url", "http://a", "--header", "a: b\nhunter2"), "--header: expected printable ASCII"),
        (("--url", "http://a", "--header", "b hunter2: c"), "--header: expected the name of an HTTP header"),
        (
            ("--url", "http://a", "--bearer-token-env", "NOWHERE"),
            "--bearer-token-env: expected an environment variable with a token, NOWHERE has none",
        ),
        (("--url", "http://a", "--bearer-token-file", "gone"), "--bearer-token-file: gone: expected a file"),
        (
            ("--url", "http://a", "--bearer-token-file", "f", "--header", "authorization: x"),
            "expected one of --header Authorization and --bearer-token-file, found both",
        ),
    ],
)
def test_mistakes_are_one_line(run, command, options, said):
    done = run(command, *options)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("fireline: ")
    assert said in done.stderr
    assert "hunter2" not in done.stderr


def test_a_token_of_the_environment_is_sent(run, prometheus, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_TOKEN", "hidden")
    run("export", "--prometheus", prometheus.url, "--bearer-token-env", "PROMETHEUS_TOKEN")
    assert {one["Authorization"] for one in prometheus.sent} == {"Bearer hidden"}


def test_secrets_are_in_no_repr():
    server = PrometheusServer("http://a", {"Authorization": "secret"})
    assert "secret" not in repr(server)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "postmortem"])
def test_waiting_for_a_server_is_told_in_our_words(run, caplog, monkeypatch, command):
    monkeypatch.setattr(logging.getLogger("stamina"), "level", logging.NOTSET)
    with stamina.set_testing(True, attempts=2):
        done = run(command, "--prometheus", "http://127.0.0.1:1")
    assert "Connection refused" in f"{done.stderr}{done.exception}"
    assert "stamina" not in f"{caplog.text}{done.output}"
