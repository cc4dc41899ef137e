"""An objective burns on a real server, which is killed; what follows is done from its data folder."""

import json
import re
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner

from dashboards.cli import fireline
from postmortem.cli import main as postmortem
from tests.dashboards.up_process import command, eventually, get, post, running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
REQUESTS_A_SCRAPE = 50
GOOD_SECONDS = 90
BAD_SECONDS = 25  # the rules of the file, which `alerts ci` replays, are evaluated each 15 s
FAILED = 'sum(increase(requests_total{job="shop",code="500"}[$window]))'
ALL = 'sum(increase(requests_total{job="shop"}[$window]))'
SIGNAL = {"title": {"en": "Orders", "ko": "주문"}, "service": "shop", "unit": "per_second", "good": "none"}


class Shop(ThreadingHTTPServer):
    """A page of counters that each scrape raises, and a webhook that keeps what is posted."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.address = f"127.0.0.1:{self.server_port}"
        self.counts, self.posted = {"200": 1, "500": 1}, []
        self.is_failing, self.failed_from = False, 0

    def page(self):
        failed = REQUESTS_A_SCRAPE // 2 if self.is_failing else 0
        self.counts["500"] += failed
        self.counts["200"] += REQUESTS_A_SCRAPE - failed
        lines = [f'requests_total{{code="{code}"}} {count}\n' for code, count in self.counts.items()]
        return "# TYPE requests_total counter\n" + "".join(lines)

    def history(self, until):
        """What scrapes each second up to then would have found; requests fail at its end."""
        self.failed_from = int(until) - BAD_SECONDS - 1
        lines = {code: [] for code in self.counts}
        for ago in range(GOOD_SECONDS + BAD_SECONDS, 0, -1):
            self.is_failing = ago <= BAD_SECONDS
            self.page()
            for code, count in self.counts.items():
                labels = f'job="shop",instance="{self.address}",code="{code}"'
                lines[code].append(f"requests_total{{{labels}}} {count} {until - ago:.3f}\n")
        every = [line for code in lines for line in lines[code]]
        return "".join(["# TYPE requests counter\n", *every, "# EOF\n"])

    def told(self, status, **labels):
        """The alerts with these labels that the webhook was sent."""
        every = [alert for body in self.posted for alert in body["alerts"] if alert["status"] == status]
        return [alert for alert in every if labels.items() <= alert["labels"].items()]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(self.server.page().encode())

    def do_POST(self):
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(b"")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def objective(folder, target):
    queries = {"bad": FAILED, "total": ALL}
    ratio = {
        name: {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}
        for name, query in queries.items()
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": "orders-answered",
            "displayName": "Orders answered",
            "annotations": {"fireline/title-ko": "주문 성공", "fireline/policy": str(folder / "policy.yml")},
        },
        "spec": {
            "service": "shop",
            "indicator": {"spec": {"ratioMetric": {"counter": True, **ratio}}},
            "timeWindow": [{"duration": "30d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": target}],
        },
    }


TIER = {"name": "fast", "long": "10s", "short": "5s", "budget_share": "1/25920", "severity": "page"}


def files(shop, folder, time_zone):
    """Those of a folder that `fireline up` is started with: windows of seconds, else as its user has them."""
    static = [{"targets": [shop.address]}]
    return {
        "policy.yml": {"name": "seconds", "description": "for a test", "tiers": [TIER]},
        "shop.slo.yml": objective(folder, 0.99),
        "signals.yml": {
            "version": 1,
            "services": {"shop": {"depends_on": []}},
            "signals": [{**SIGNAL, "name": "orders", "role": "traffic", "query": f"{ALL} / 10"}],
        },
        "fireline.yml": {
            "time_zone": time_zone,
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "scrape_configs": [{"job_name": "shop", "static_configs": static}],
            "slo_files": ["shop.slo.yml"],
            "signal_map": "signals.yml",
            "alerts": {
                "notify": ["webhook"],
                "webhook": {"url": f"http://{shop.address}"},
                "timing": {"calm": "1s", "update_every": "1s"},
                "actions": {"remind_at": "00:00"},
            },
        },
    }


@pytest.fixture(scope="module")
def shop():
    with Shop() as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        yield shop
        shop.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shop")


def up(shop, folder, time_zone):
    """A server of the folder's data, in that zone."""
    for name, content in files(shop, folder, time_zone).items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return running(command(folder))


def incident(url):
    every = json.loads(get(f"{url}/api/v1/incidents"))
    return next(one for one in every if "shop" in one["services"])


def run(group, *arguments):
    result = CliRunner().invoke(group, [str(argument) for argument in arguments])
    return SimpleNamespace(code=result.exit_code, said=result.output)


def live_through(shop, url):
    """From the page until the alerts are over."""
    eventually(lambda: shop.told("firing", alertname="ErrorBudgetBurn"))
    post(f"{url}/api/v1/incidents/{incident(url)['id']}/acknowledge", {"author": "kim"})
    shop.is_failing = False
    eventually(lambda: incident(url)["state"] == "resolved")


WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"  # 25 hours apart: what is due today is overdue there
TODAY = datetime.now(ZoneInfo(WEST)).date()
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)  # told of from two days before on
ITEMS = [
    ("Page sooner", "--owner", "kim", "--due", TOMORROW, "--proof", "case:bad-day"),
    ("Raise the limit", "--owner", "lee", "--due", TODAY),
]


@pytest.fixture(scope="module")
def url(shop, folder):
    """Of the server that was started anew, and further east, after the first was killed over open items.

    The first starts with samples of two minutes, at whose end requests fail.
    """
    history = folder / "history.om"
    history.write_text(shop.history(time.time()), encoding="utf-8")
    imported = run(fireline, "collector", "import", history, "--data", folder / "data")
    assert imported.code == 0, imported.said
    with up(shop, folder, WEST) as (process, url):
        live_through(shop, url)
        for item in ITEMS:
            added = run(postmortem, "actions", "add", incident(url)["id"], *item, "--url", url)
            assert added.code == 0, added.said
        process.send_signal(signal.SIGKILL)
        process.wait()
    with up(shop, folder, EAST) as (_, url):
        yield url


@pytest.fixture(scope="module")
def cases(shop, url, folder):
    """With the incident as a case, whose onset is as people know it."""
    cases = folder / "cases"
    options = ("--cases", cases, "--name", "bad-day", "--onset", shop.failed_from)
    made = run(postmortem, "freeze", incident(url)["id"], "--url", url, *options)
    assert made.code == 0, made.said
    assert "as is due" in made.said, made.said
    return cases


def test_what_was_recorded_outlives_the_kill(url):
    known = incident(url)
    assert (known["state"], known["severity"]) == ("resolved", "page")
    assert known["started_at"] <= known["paged_at"] <= known["acknowledged_at"] <= known["resolved_at"]


@pytest.mark.parametrize(
    ("number", "words"),
    [("1", r"is due [-\d]+ \(kim\): Page sooner"), ("2", r"was due .* ago \(lee\)")],
)
def test_items_that_are_due_soon_or_overdue_are_told_after_the_kill(url, shop, number, words):
    told = eventually(lambda: shop.told("firing", alertname="ActionItem", action=number))
    assert re.search(words, told[-1]["annotations"]["summary"])


def test_the_case_passes_with_the_rules_that_paged_and_fails_with_weaker_ones(cases, folder):
    assert run(fireline, "alerts", "ci", folder / "shop.slo.yml", "--cases", cases).code == 0
    weak = folder / "weak.slo.yml"
    weak.write_text(
        yaml.safe_dump(objective(folder, 0.9)), encoding="utf-8"
    )  # 50 % burns but 5 times as fast
    failed = run(fireline, "alerts", "ci", weak, "--cases", cases)
    assert (failed.code, "bad-day: no page" in failed.said) == (1, True), failed.said


def test_an_item_is_done_when_its_proof_is_shown_and_not_before(url, shop, cases, tmp_path):
    done = ("actions", "done", incident(url)["id"], 1, "--url", url, "--cases")
    assert run(postmortem, *done, tmp_path).code == 1
    shown = run(postmortem, *done, cases)
    assert (shown.code, "fast pages" in shown.said) == (0, True), shown.said
    assert eventually(lambda: shop.told("resolved", alertname="ActionItem", action="1"))


def test_the_report_and_all_that_is_made_of_it_are_verified(url, tmp_path):
    names = ("review.json", "review.md", "review.html")
    written = [option for name in names for option in ("--out", tmp_path / name)]
    report = run(postmortem, "report", incident(url)["id"], "--url", url, *written)
    assert report.code == 0, report.said
    source = ("--archive", tmp_path / "review.json", "--lang", "ko")
    public = ("--public", "--out", tmp_path / "review.public.md", "--out", tmp_path / "review.public.json")
    assert run(postmortem, "report", *source, *public).code == 0
    for kind in ("customer", "support"):
        notice = ("--kind", kind, "--out", tmp_path / f"review.{kind}.md")
        assert run(postmortem, "notice", *source, *notice).code == 0
    verified = run(postmortem, "verify", tmp_path / "review.json", "--url", url, "--format", "json")
    assert verified.code == 0, verified.said
    assert len(json.loads(verified.said)["documents"]) == 6
