"""The collector as a process whose samples are on a real PostgreSQL."""

import json
import re
import signal
import time

import httpx
import pytest
from click.testing import CliRunner

from collector.cli import collector
from tests.collector.served import config_for, eventually
from tests.differential.remote_write import HEADERS
from tests.killing.run import run
from tests.postgres_server import postgres_server

pytestmark = pytest.mark.servers


@pytest.fixture
def server():
    with postgres_server() as server:
        yield server


def on_server(target, url):
    return {**config_for(target), "storage": {"database": url}}


def post(served, body):
    return httpx.post(f"{served.url}/api/v1/write", content=body, headers=HEADERS, timeout=30).status_code


def metric(served, name):
    page = httpx.get(f"{served.url}/metrics").text
    return float(re.search(rf"^{name} (\S+)$", page, re.MULTILINE)[1])


def test_a_killed_collector_keeps_what_it_promised(tmp_path, target, server):
    tally = run(tmp_path, on_server(target, server.url), kills=3, seed=2)
    assert (tally.lost, tally.complaints) == ([], [])
    assert min(tally.acknowledged, tally.returned) > 100


def test_a_collector_outlives_its_server(serve, target, packed, server):
    served = serve(on_server(target, server.url), "--enable-remote-write-receiver")
    now = round(time.time() * 1000)
    first, second = (packed(({"__name__": name}, [(now, 1.0)])) for name in ("first", "second"))
    assert post(served, first) == 204
    server.stop()
    assert post(served, second) == 503
    assert eventually(lambda: httpx.get(f"{served.url}/-/ready").status_code == 503, "not ready")
    assert metric(served, "fireline_samples_storable") == 0
    assert (served.value("first"), served.value("second")) == ([1.0], [])
    server.start()
    assert eventually(lambda: httpx.get(f"{served.url}/-/ready").status_code == 200, "ready again")
    assert post(served, second) == 204
    served.end(signal.SIGKILL)
    served.start()
    assert (served.value("first"), served.value("second")) == ([1.0], [1.0])
    assert "secret" not in httpx.get(f"{served.url}/api/v1/status/config").text
    served.end(signal.SIGTERM)


def test_what_is_said_in_an_outage_is_little_and_holds_no_password(serve, target, server):
    served = serve(on_server(target, server.url))
    server.stop()
    eventually(lambda: metric(served, "fireline_ingest_failures_total") > 5, "failures")
    server.start()
    eventually(lambda: metric(served, "fireline_samples_storable") == 1, "stored again")
    code, said = served.end(signal.SIGTERM)
    assert code == 0
    assert "samples cannot be stored: " in said
    assert "samples are stored again" in said
    assert len(said.splitlines()) < 15
    assert "secret" not in said
    assert "Traceback" not in said


def test_a_server_that_is_gone_at_the_start_is_one_line_and_exit_code_2(tmp_path, target):
    config = tmp_path / "prometheus.yml"
    config.write_text(json.dumps(on_server(target, "postgresql://u:secret@127.0.0.1:1/d")))
    command = ["serve", "--config", str(config), "--listen", "127.0.0.1:0"]
    result = CliRunner().invoke(collector, command)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2
    assert line.startswith("fireline: postgresql://u:***@127.0.0.1:1/d: cannot be opened: ")
    assert "secret" not in line


def test_an_import_goes_where_the_url_says(serve, target, server, tmp_path):
    (tmp_path / "f.om").write_text("a 1 10\na 2 20\n# EOF\n")
    command = ["import", str(tmp_path / "f.om"), "--database", server.url]
    result = CliRunner().invoke(collector, command)
    assert (result.exit_code, result.stdout.startswith("imported 2 samples of 1 series")) == (0, True)
    served = serve(on_server(target, server.url))
    assert served.value("a", time=20) == [2.0]
    refused = CliRunner().invoke(collector, command)
    assert (refused.exit_code, "in use by another process" in refused.stderr) == (2, True)
