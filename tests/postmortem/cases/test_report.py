import json

import pytest
import yaml
from click.testing import CliRunner

from alerts.casefile import load_case
from alerts.selectors import matchers_of
from alerts.synthesis import samples_of
from collector.exporter import export
from collector.series import Series
from postmortem.cases.report import report_on_case
from postmortem.cli import main
from postmortem.errors import EvidenceError
from tests.postmortem.proof import misfits

SEED = "seed-2025-09-03"


@pytest.fixture(scope="module")
def told():
    return report_on_case(SEED, (), None)


class History:
    """Samples in memory, as an engine hands them out."""

    def __init__(self, store):
        self.store = store

    def series(self, matchers, start, end):
        return [series.labels for one in matchers for series in self.raw(one, start, end)]

    def raw(self, selector, start, end):
        groups = self.store.select(matchers_of(selector), round(start * 1000), round(end * 1000))
        return [
            Series(labels, group.times / 1000, values)
            for group in groups
            for labels, values in zip(group.labels, group.values, strict=True)
        ]


def event(number, kind, at, **more):
    return {"id": number, "at": at, "kind": kind, "text": f"{kind} {number}", "incident": "live-7", **more}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """The seed as `alerts freeze` leaves a case, and events beside it as a drill does."""
    folder = tmp_path_factory.mktemp("cases") / "mine"
    folder.mkdir()
    case = load_case(SEED)
    with (folder / "samples.om").open("w", encoding="utf-8") as out:
        export(History(samples_of(case)), ['{job!=""}'], case.start - 86_400, case.end, out)
    content = {
        "version": 1, "name": "mine", "title": {"en": "Mine", "ko": "내 장애"}, "samples": "samples.om",
        "start": "2025-09-03T01:00:00+00:00", "end": "2025-09-03T02:30:00+00:00",
        "onset": "2025-09-03T01:05:00+00:00", "page_within": "2m",
    }  # fmt: skip
    (folder / "case.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    recorded = [
        event(3, "paged", case.start + 500, source="alerts"),
        event(4, "acknowledged", case.start + 600, author="kim"),
        event(5, "switch", case.start + 1080, attributes={"switch": "ttl_long", "to": True}),
        event(6, "note", case.start + 700, source="alerts", attributes={"transition": "join"}),
        event(9, "resolved", case.start + 5300, author="kim", source="slack"),
    ]
    (folder / "events.json").write_text(json.dumps(recorded), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def of_frozen(frozen):
    (frozen / "truth.json").write_text("not even JSON: a report never reads it", encoding="utf-8")
    return report_on_case(str(frozen), (), None).report


def test_the_rules_are_replayed_over_the_cases_samples(told):
    incident, start = told.report.evidence.incident, load_case(SEED).start
    assert (incident.detected_at - start, incident.paged_at - start) == (390, 420)
    assert incident.titles["ko"] == "2025-09-03 배너 노출 후 캐시 스탬피드"
    assert {alert.labels["alertname"] for alert in incident.alerts} == {"ErrorBudgetBurn", "GuardrailCrossed"}


def test_every_figure_is_recomputed_from_the_evidence(told):
    assert misfits(told.report.facts(), told.report.evidence) == []


def test_the_alarm_of_the_document_is_a_row(told):
    assert [row.at for row in told.report.timeline if row.word == "alarm"] == [load_case(SEED).alarm_at]


def test_what_no_sample_tells_is_named(told):
    assert "replica_lag" in " ".join(told.report.evidence.unavailable)
    assert "db_replica_behind_seconds" in {reads for one in told.unheld for reads in one.reads}


def test_a_frozen_case_has_the_same_turning_points(told, of_frozen):
    def turned(report):
        return {s.subject.series: s.onset.value for s in report.shifts}

    assert turned(of_frozen) == turned(told.report)


def test_what_people_recorded_joins_the_replay_and_keeps_its_ids(of_frozen):
    evidence = of_frozen.evidence
    people = {e.id: e.kind for e in evidence.events if e.id <= 9}
    assert people == {4: "acknowledged", 5: "switch", 9: "resolved"}
    assert {e.incident for e in evidence.events} == {evidence.incident.id}
    assert [e.kind for e in evidence.events].count("paged") == 1


def test_peoples_word_on_owner_and_end_stands(of_frozen):
    incident, start = of_frozen.evidence.incident, load_case(SEED).start
    assert (incident.acknowledged_at, incident.resolved_at) == (start + 600, start + 5300)
    assert incident.state == "resolved"


def test_a_case_in_which_nothing_fires_has_no_report():
    with pytest.raises(EvidenceError, match="case healthy-sale: expected alerts of these rules to fire"):
        report_on_case("healthy-sale", (), None)


def run(*arguments):
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


def test_the_command_needs_no_server(tmp_path):
    out = tmp_path / "report.md"
    result = run("--case", SEED, "--out", out, "--lang", "ko")
    text = out.read_text(encoding="utf-8")
    assert result.exit_code == 0, result.output
    assert text.startswith("# 장애 회고 — 2025-09-03 배너 노출 후 캐시 스탬피드")
    assert all(part in text for part in ("타임라인 (KST)", "사례 `seed-2025-09-03`의 샘플로", "(리플레이)"))
    assert "GET /api" not in text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            [],
            "with --url, or --case or --archive; INCIDENT (an id, or `latest`) is missing",
        ),
        (["latest"], "or --case or --archive; --url is missing"),
        (
            ["latest", "--case", SEED],
            "--case: expected instead of INCIDENT and --url, found INCIDENT as well",
        ),
        (["--case", SEED, "--url", "http://localhost:9"], "found --url as well"),
        (["latest", "--url", "http://localhost:9", "--rules", "r.yml"], "--rules: expected with --case only"),
        (["--case", "nope"], "--case nope: expected a folder with a case.yml, or one of bots,"),
        (["--case", SEED, "--rules", "missing.yml"], "missing.yml"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(tmp_path, monkeypatch, arguments, text):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments, "--out", "r.md")
    assert result.exit_code == 2
    assert text in result.output
    assert result.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
