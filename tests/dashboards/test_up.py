"""`fireline up` as its user runs it: a process, a port, a browser."""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error

import pytest

from dashboards.starter import service_name, write_starter
from tests.dashboards.up_process import STOPPED_WITHIN_SECONDS, command, eventually, get, running

pytestmark = pytest.mark.servers
CHROMIUM_OPTIONS = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "virtual-time-budget=15000",
    "dump-dom",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("up")
    write_starter(folder, "en")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "fireline.yml"
    text = (
        config.read_text().replace("9600", str(port)).replace("scrape_interval: 15s", "scrape_interval: 1s")
    )
    config.write_text(text)
    return folder, port


@pytest.fixture(scope="module")
def up(folder):
    with running(command(folder[0], listen=f"127.0.0.1:{folder[1]}")) as started:
        yield started


def test_all_parts_answer_on_one_port(up, folder):
    _, url = up
    assert "Requests answered" in get(url)
    assert json.loads(get(f"{url}/api/v1/slos"))[0]["name"] == "requests-availability"
    assert json.loads(get(f"{url}/api/v1/incidents")) == []
    assert json.loads(get(f"{url}/api/v1/signals"))["services"] == {
        service_name(folder[0]): {"depends_on": []}
    }
    assert "versionInfo" in json.loads(get(f"{url}/api/v2/status"))
    assert json.loads(get(f"{url}/api/v1/query?query=1"))["status"] == "success"
    assert "# TYPE" in get(f"{url}/metrics", accept="text/plain")


def test_it_watches_itself_and_says_so(up):
    _, url = up
    assert eventually(lambda: "127.0.0.1" in (page := get(url)) and ">Up</span>" in page.replace("\n", ""))
    query = f"{url}/api/v1/query?query=up"
    assert eventually(lambda: json.loads(get(query))["data"]["result"])


def test_unknown_path_is_not_found(up):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{up[1]}/nothing")


def test_other_engine_is_queried_and_nothing_is_scraped(up, tmp_path):
    write_starter(tmp_path, "ko")
    with running(command(tmp_path, "--prometheus", up[1])) as (_, url):
        assert eventually(lambda: "127.0.0.1" in get(url))
        assert "fireline</th>" in get(url).replace("<span", "</th><span")
        rules = json.loads(get(f"{url}/api/v1/rules"))["data"]["groups"]
        assert not [rule for group in rules for rule in group["rules"] if rule["type"] == "recording"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_cleanly(tmp_path, number):
    write_starter(tmp_path, "en")
    with running(command(tmp_path)) as (process, _):
        began = time.monotonic()
        for _ in range(2):  # as when Ctrl-C reaches a whole process group and its parent passes it on
            process.send_signal(number)
        assert process.wait(STOPPED_WITHIN_SECONDS) == 0
        assert time.monotonic() - began < STOPPED_WITHIN_SECONDS
        assert process.stderr.read() == ""


def refused(folder, *more, **options):
    """The one line of a start that was refused; nothing may be left behind."""
    arguments = command(folder, *more, **options)
    outcome = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
    assert (outcome.returncode, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)
    assert not (folder / "data").exists()
    return outcome.stderr


def test_port_in_use(up, tmp_path):
    write_starter(tmp_path, "en")
    address = up[1].removeprefix("http://")
    expected = f"fireline: --listen {address}: expected an address that is free: address already in use"
    assert refused(tmp_path, listen=address).startswith(expected)


def test_other_engine_that_does_not_answer(tmp_path):
    write_starter(tmp_path, "en")
    line = refused(tmp_path, "--prometheus", "http://127.0.0.1:9")
    assert "expected a Prometheus that answers at http://127.0.0.1:9" in line


def test_a_password_of_the_other_engine_is_not_shown(up, tmp_path):
    write_starter(tmp_path, "en")
    assert "hunter2" not in refused(tmp_path, "--prometheus", "http://me:hunter2@127.0.0.1:9")
    given = up[1].replace("http://", "http://me:hunter2@")
    with running(command(tmp_path, "--prometheus", given)) as (process, _):
        assert f"(queries {up[1]};" in process.first_line


def test_broken_configuration(tmp_path):
    (tmp_path / "fireline.yml").write_text("slo_file: [a.yml]")
    assert "fireline.yml: slo_file: unknown key: did you mean slo_files?" in refused(tmp_path)


def test_broken_slo_file(tmp_path):
    write_starter(tmp_path, "en")
    slo = tmp_path / "slos" / "sample.slo.yml"
    slo.write_text(slo.read_text().replace("target: 0.995", "target: 99.5"))
    assert "sample.slo.yml: spec.objectives.0.target: expected at most 0.999999999, found 99.5" in refused(
        tmp_path
    )


def test_data_folder_that_cannot_be_made(tmp_path):
    write_starter(tmp_path, "en")
    (tmp_path / "file").write_text("")
    arguments = [*command(tmp_path), "--data", str(tmp_path / "file" / "under")]
    outcome = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
    assert outcome.returncode == 2
    assert "expected a folder that can be written" in outcome.stderr


@pytest.fixture
def browse(tmp_path):
    """The page as Chromium has it some virtual seconds after it was opened."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Debian package chromium is missing")
    options = [f"--{option}" for option in CHROMIUM_OPTIONS]

    def dom(url):
        arguments = [chromium, *options, f"--user-data-dir={tmp_path / 'profile'}", url]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True).stdout

    return dom


@pytest.mark.parametrize(
    ("path", "words"), [("/", "Requests answered"), ("/slos/requests-availability?lang=ko", "경보 기준")]
)
def test_browser_shows_the_page_and_keeps_it_fresh(up, browse, path, words):
    dom = browse(up[1] + path)
    assert words in dom
    assert 'class="stale"' not in dom
    assert dom.count("<main") == 1
