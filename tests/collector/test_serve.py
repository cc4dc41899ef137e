"""The collector as a process, asked by the real promtool, sending to a real Alertmanager."""

import json
import re
import signal
import subprocess
import time

import httpx
import pytest

from tests.collector.served import DEADLINE_SECONDS, config_for, eventually, free_port, needs
from tests.promqlfuzz.found import FOUND, SUSPECTED

pytestmark = pytest.mark.servers


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
        shown = ["amtool", f"--alertmanager.url=http://127.0.0.1:{port}", "--output=json", "alert", "query"]
        listed = json.loads(subprocess.run(shown, capture_output=True, check=True, timeout=30).stdout)
        assert [one["labels"]["alertname"] for one in listed] == ["Warm"]
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


def test_the_limits_of_queries_are_in_force_and_flags_win_over_the_file(serve, target):
    served = serve(
        config_for(target) | {"query": {"timeout": "9s", "max_concurrency": 3}},
        "--enable-experimental",
        "--query-lookback-delta=1m",
        "--query-max-samples=1000",
        "--query-timeout=3s",
    )
    flags = httpx.get(f"{served.url}/api/v1/status/flags").json()["data"]
    assert (
        flags
        | {
            "enable-feature": "promql-experimental-functions",
            "query.lookback-delta": "1m",
            "query.max-concurrency": "3",
            "query.max-samples": "1000",
            "query.timeout": "3s",
            "web.enable-remote-write-receiver": "false",
        }
        == flags
    )


def test_hostile_queries_over_http_leave_it_serving_and_silent(serve, target):
    served = serve(config_for(target))
    for query in [
        *FOUND.values(),
        *(text for text in SUSPECTED if "\ud800" not in text and "\udcff" not in text),
    ]:
        form = {"query": query, "match[]": query, "start": "0", "end": "60", "step": "30", "timeout": "5s"}
        for path in ("query", "query_range", "series"):
            answer = httpx.post(f"{served.url}/api/v1/{path}", data=form, timeout=20)
            assert answer.status_code in {200, 400, 422}, query[:200]
    code, said = served.end(signal.SIGTERM)
    assert code == 0
    assert [line for line in said.splitlines() if "INFO" not in line] == []
