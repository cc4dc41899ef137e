import json

import httpx
import pytest
from click.testing import CliRunner
from fastapi import FastAPI

from alerts.app import Alerts
from alerts.config import parse_config
from collector.cli_prometheus import PrometheusServer
from collector.clock import ManualClock
from postmortem.actions import proofs
from postmortem.cli import main
from postmortem.errors import ProofError
from tests.in_app import InApp

NOON = 1756861500.0  # 2025-09-03 10:05:00 KST
ID = "2025-09-03-1"
ADD = ("raise the limits", "--owner", "kim", "--due", "2025-09-08", "--author", "lee")


@pytest.fixture
def run(tmp_path, monkeypatch):
    alerts = Alerts(
        parse_config({"timezone": "Asia/Seoul"}),
        tmp_path,
        clock=ManualClock(NOON),
        slos_provider=list,
        signals_provider=dict,
        depends_on={},
        notifiers=(),
    )
    alerts.send([{"labels": {"alertname": "A", "service": "order", "severity": "page"}}])
    app = FastAPI()
    app.include_router(alerts.router)
    monkeypatch.setattr(PrometheusServer, "client", lambda *_: InApp(app))
    monkeypatch.chdir(tmp_path)

    def run(command, *arguments, incident="latest"):
        # The address comes right after the command, so that what follows may be an argument as well.
        return CliRunner().invoke(
            main, ["actions", command, "--url", "http://there", incident, *map(str, arguments)]
        )

    yield run
    alerts.stop()


def test_an_item_is_added_listed_and_done(run):
    added = run("add", *ADD, "--cause", "replica.saturated")
    said = "action item 1 is open (due 2025-09-08, kim): raise the limits (cause: replica.saturated)"
    assert added.output == f"{ID}: {said}\n"
    run("add", "watch the replica", "--owner", "lee", "--due", "2025-12-01")
    assert run("done", 1).exit_code == 0
    lines = run("list").output.splitlines()
    assert lines[0] == f"{ID}: 1 of 2 action items open (1 overdue), 1 done"
    assert lines[2].startswith("    1  done     due 2025-09-08  kim: raise the limits")


def test_a_dropped_item_counts_no_more(run):
    run("add", *ADD)
    run("drop", 1, "--why", "the shop is sold")
    assert run("list").output.splitlines()[0] == f"{ID}: no action items, 1 dropped"


def test_an_item_that_was_not_answered_is_added_again_and_kept_once(run, monkeypatch):
    sent = InApp.send

    def late(self, method, url, **request):
        answer = sent(self, method, url, **request)
        if method == "POST":
            raise httpx.ReadTimeout("no whole answer within 30 s")
        return answer

    monkeypatch.setattr(InApp, "send", late)
    result = run("add", *ADD)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "within 30 s; it may have been recorded: `actions list` shows it" in result.output
    monkeypatch.setattr(InApp, "send", sent)
    assert run("add", *ADD).output.startswith(f"{ID}: action item 1 is open")
    assert "1 of 1 action items open" in run("list").output


def test_what_was_never_sent_was_not_recorded(run, monkeypatch):
    def away(*_, **__):
        raise httpx.ConnectError("Connection refused")

    monkeypatch.setattr(InApp, "send", away)
    assert "may have been recorded" not in run("add", *ADD, incident=ID).output


def test_an_item_is_worded_for_the_public(run):
    run("add", *ADD)
    assert "(public: more room)" in run("change", 1, "--public", "more room").output
    assert "public" not in run("change", 1, "--public", "").output


def test_items_as_json(run):
    run("add", *ADD)
    (item,) = json.loads(run("list", "--format", "json").output)
    assert (item["owner"], item["due"], item["horizon"]) == ("kim", "2025-09-08", "short")


@pytest.mark.parametrize(
    ("proof", "text"),
    [
        ("case:seed", "case:seed: expected the case in cases/seed, found none"),
        ("drill:redis-gone", "drill:redis-gone: expected --drills FILE, in which it passed within 30d"),
    ],
)
def test_what_names_its_proof_stays_open_without_it(run, monkeypatch, proof, text):
    monkeypatch.setattr("alerts.ci.server_rules.server_rules", lambda _: ())
    run("add", *ADD, "--proof", proof)
    result = run("done", 1)
    assert (result.exit_code, text in result.output, result.output.count("\n")) == (1, True, 1), result.output
    assert "1 of 1 action items open" in run("list").output


def test_what_was_shown_is_kept_with_the_item(run, monkeypatch):
    monkeypatch.setattr("alerts.ci.server_rules.server_rules", lambda _: ())
    shown = proofs.CaseProof("case seed: fast pages 45 s after the onset", "case:seed: the alerts of the day")
    monkeypatch.setattr(proofs, "show_case", lambda *asked: shown if asked[3] == NOON else None)
    run("add", *ADD, "--proof", "case:seed")
    done = run("done", 1)
    assert "(proof: case:seed; shown: case seed: fast pages 45 s after the onset)" in done.stdout
    assert done.stderr == "postmortem: case:seed: the alerts of the day\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("done", 7), "action 7: expected one of 2025-09-03-1: none yet"),
        (("add", "x", "--owner", "kim", "--due", "2025-09-01"), "due: expected 2025-09-03 or later"),
        (("add", *ADD, "--proof", "trust"), "--proof: expected case:NAME or drill:NAME, found 'trust'"),
        (
            ("add", *ADD, "--cause", "cache_emptied"),
            "'cache_emptied'; cache.emptied is meant?",
        ),
        (("add", *ADD, "--cause", "dns.gone"), "--cause: expected the id of a candidate, or words"),
        (("change", 1), "expected --owner, --due or --public"),
    ],
)
def test_a_mistake_is_one_line(run, arguments, text):
    result = run(*arguments)
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert text in result.output


def test_an_unknown_incident_is_told(run):
    result = run("list", incident="2020-01-01-1")
    assert result.exit_code == 2
    assert "2020-01-01-1" in result.output


NOW = 1_756_900_000.0
PASSED = {
    "drill": "redis-gone",
    "passed": True,
    "ended_at": "2025-09-01T00:00:00+00:00",
    "acts": {"protected": {"agrees": True}},
}


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([], "expected one result in"),
        ([PASSED, PASSED], "found 2"),
        ([{**PASSED, "passed": False}], "says that it failed"),
        ([{**PASSED, "acts": {"protected": {"agrees": False}}}], "says that it failed"),
        ([{**PASSED, "ended_at": None}], "expected an ended_at that is past"),
        ([{**PASSED, "ended_at": "2025-07-01T00:00:00+00:00"}], "it did 64 days ago"),
        ({}, "input should be a valid list"),
    ],
)
def test_a_drill_that_did_not_pass_lately_is_no_proof(tmp_path, entries, text):
    path = tmp_path / "drills.json"
    path.write_text(json.dumps(entries))
    with pytest.raises(ProofError, match=text):
        proofs.show_drill("redis-gone", path, NOW, 30 * proofs.DAY_SECONDS)


def test_a_drill_that_passed_lately_is_shown_with_its_time(tmp_path):
    path = tmp_path / "drills.json"
    path.write_text(json.dumps([PASSED]))
    shown = proofs.show_drill("redis-gone", path, NOW, 30 * proofs.DAY_SECONDS)
    assert shown == "drill redis-gone: passed 2025-09-01T00:00Z"
