from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest

from alerts.charts.model import Language
from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.http_client import HttpClient
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.compose.write import write_document
from postmortem.errors import EvidenceError
from postmortem.fetch import FirelineApi, Records, fetch_evidence, fetch_records, fetch_report
from postmortem.markdown import render_markdown
from postmortem.records import Incident, SignalMap, SloRecord
from postmortem.report import conclude
from tests.postmortem.conftest import TEN


def api(raw, address="http://fireline/", **overrides):
    answers = {
        "/api/v1/incidents": [raw.incident],
        f"/api/v1/incidents/{raw.incident['id']}": raw.incident,
        f"/api/v1/incidents/{raw.incident['id']}/events": raw.events,
        "/api/v1/events": [{**raw.events[0], "id": n, "incident": i} for n, i in ((50, "other"), (51, None))],
        "/api/v1/slos": raw.slos,
        "/api/v1/signals": raw.signals,
        **overrides,
    }  # fmt: skip

    def answer(request):
        found = answers.get(request.url.path, httpx.Response(404, json={"error": "not found"}))
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    return FirelineApi(HttpClient(seconds=10, transport=httpx.MockTransport(answer)), address)


def test_latest_is_the_incident_that_started_last(seed_raw):
    older = {**seed_raw.incident, "id": "2025-09-02-1", "started_at": 1.0}
    assert (
        api(seed_raw, **{"/api/v1/incidents": [seed_raw.incident, older]}).incident("latest").id
        == "2025-09-03-1"
    )


def test_latest_is_about_fireline_itself_only_where_nothing_else_is(seed_raw):
    ours = {**seed_raw.incident, "id": "2025-09-04-1", "started_at": 2e9, "services": ["fireline"]}
    known = {"/api/v1/incidents": [seed_raw.incident, ours]}
    assert api(seed_raw, **known).incident("latest").id == "2025-09-03-1"
    assert api(seed_raw, **{"/api/v1/incidents": [ours]}).incident("latest").id == "2025-09-04-1"


def test_server_that_does_not_tell_its_settings_is_read_in_english_and_utc(seed_raw):
    settings = api(seed_raw).settings()
    assert (settings.language, settings.zone.key) == ("en", "UTC")


@pytest.mark.parametrize("at", [-1e12, 1e12])
@pytest.mark.parametrize("key", ["started_at", "resolved_at"])
def test_a_time_that_no_calendar_shows_is_one_line(seed_raw, key, at):
    raw = {**seed_raw.incident, key: at}
    with pytest.raises(EvidenceError, match=rf"incident\.{key}: input should be (greater|less) than"):
        api(seed_raw, **{f"/api/v1/incidents/{raw['id']}": raw, "/api/v1/incidents": []}).incident(raw["id"])


def test_an_answer_nested_too_deep_is_one_line(seed_raw):
    deep = httpx.Response(200, content="[" * 100_000)
    with pytest.raises(EvidenceError, match="expected JSON"):
        api(seed_raw, **{"/api/v1/slos": deep}).slos()


def test_zone_that_is_unknown_here_is_one_line(seed_raw):
    told = {"/api/v1/status/fireline": {"language": "en", "time_zone": "Mars/Olympus"}}
    with pytest.raises(EvidenceError, match=r"status\.time_zone: .*expected a zone that this machine knows"):
        api(seed_raw, **told).settings()


def test_an_incident_too_old_to_be_listed_is_found_by_its_id(seed_raw):
    newer = {**seed_raw.incident, "id": "2025-09-04-1"}
    assert api(seed_raw, **{"/api/v1/incidents": [newer]}).incident("2025-09-03-1").id == "2025-09-03-1"


def test_a_password_in_the_address_is_told_nowhere(seed_raw):
    asked = api(seed_raw, "http://me:hunter2@fireline/")
    assert asked.address == "http://fireline"
    with pytest.raises(EvidenceError, match=r"^incident 'x': expected one that http://fireline knows"):
        asked.incident("x")


def test_a_server_that_knows_no_incidents_at_all_is_one_line(seed_raw):
    with pytest.raises(EvidenceError, match="/api/v1/incidents: expected Fireline to answer, got status 404"):
        api(seed_raw, **{"/api/v1/incidents": httpx.Response(404)}).incident("x")


def test_an_unknown_incident_is_answered_with_the_known_ones(seed_raw):
    with pytest.raises(
        EvidenceError, match=r"incident 'x': expected one that http://fireline knows: 2025-09-03-1"
    ):
        api(seed_raw).incident("x")


def test_events_of_other_incidents_are_left_out(seed_raw):
    fireline = api(seed_raw)
    found, unreadable = fireline.events(fireline.incident("latest"), 0.0, 1e10)
    assert [event.id for event in found] == [1, 51, 2, 3, 4, 5, 6, 7]
    assert unreadable == {}


def test_an_event_that_cannot_be_shown_is_left_out_and_said_so(seed_raw, seed_querier):
    far = {**seed_raw.events[0], "id": 77, "at": 5e10}
    address = f"/api/v1/incidents/{seed_raw.incident['id']}/events"
    fireline = api(seed_raw, **{address: [*seed_raw.events, far], "/api/v1/events": [{**far, "id": 78}]})
    report = fetch_report(fetch_records(fireline, "latest", TEN + 6000), seed_querier, TEN + 6000)
    assert {77, 78}.isdisjoint(event.id for event in report.evidence.events)
    assert report.evidence.unavailable["event:77"].startswith("at: input should be less than")
    assert "`event:77`" in render_markdown(write_document(report, Language.EN, ZoneInfo("UTC")))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (httpx.Response(503), "expected Fireline to answer"),
        (httpx.Response(200, text="<html>"), "expected JSON"),
        (httpx.Response(200, json=[{"id": "a"}]), r"incidents.0.title: field required"),
    ],
)
def test_a_server_that_is_not_fireline_is_one_line(seed_raw, answer, text):
    with pytest.raises(EvidenceError, match=text) as caught:
        api(seed_raw, **{"/api/v1/incidents": answer}).incident("latest")
    assert "\n" not in str(caught.value)


def paged(at, resolved):
    """An incident of the shop, no events, its objective of 99.9 %, and no signals."""
    slo = SloRecord(
        name="orders", service="shop", kind="availability", objective=0.999, period_seconds=1e6,
        bad="sum(increase(bad_total[$window]))", total="sum(increase(all_total[$window]))",
    )  # fmt: skip
    incident = Incident(
        id="1", title="", state="resolved", severity="page", services=("shop",), started_at=at,
        detected_at=at, resolved_at=resolved,
    )  # fmt: skip
    return incident, (), (slo,), SignalMap()


def slow_burn(hours_before):
    """A report on 2 % errors for 80 min, of an objective of 99.9 %, for which a page rang after 44 min.

    hours_before: since when samples were recorded.
    """
    since, store = 10_000_800.0, MemoryStore()
    times = np.arange(since - hours_before * 3600, since + 7200 + 1, 15.0)
    share = np.where((times >= since) & (times < since + 4800), 0.02, 0.0002)
    for metric, values in (("all_total", times), ("bad_total", np.cumsum(15 * share)), ("up", times > 0)):
        store.append_column(Labels({METRIC_NAME: metric}), (times * 1000).astype(np.int64), values * 1.0)
    records = Records(*paged(since + 2640, since + 5400))
    return since, fetch_report(records, EmbeddedQuerier(store), since + 7200)


@pytest.mark.parametrize("hours_before", [1, 3])
def test_what_a_slow_page_rang_for_is_reached_back_for(hours_before):
    since, report = slow_burn(hours_before)
    span = report.impact.span
    assert 0 <= span.start.value - since <= 15
    assert (span.begins_earlier, report.evidence.start) == (False, since - 1800)
    assert [shift.subject.slo.name for shift in report.shifts] == ["orders"]


def test_a_record_that_begins_with_the_outage_is_said_to():
    since, report = slow_burn(0)
    assert report.impact.span.begins_earlier
    assert report.origin - since <= 60


@pytest.mark.parametrize("step", [15.0, 30.0, 60.0])
def test_windows_are_of_how_often_the_objectives_own_counters_are_scraped(step):
    """Though another target is scraped every 15 s."""
    since, store = 10_000_800.0, MemoryStore()
    fast, times = (np.arange(since - 7200, since + 3601, each) for each in (15.0, step))
    bad = np.cumsum(np.where((times > since) & (times <= since + 900), step, 0.0))
    for metric, at, values in (
        ("up", fast, fast > 0),
        ("all_total", times, times),
        ("bad_total", times, bad),
    ):
        store.append_column(Labels({METRIC_NAME: metric}), (at * 1000).astype(np.int64), values * 1.0)
    report = fetch_report(Records(*paged(since + 120, since + 1800)), EmbeddedQuerier(store), since + 3600)
    assert report.evidence.interval_seconds == step
    assert report.evidence.unavailable == {}
    assert since <= report.origin <= since + step


def test_the_share_of_a_short_outage_is_not_thinned_by_what_was_before_it():
    """All fail for 60 s: the end is found 30 s late, as a rate of 45 s spans 30 between its samples."""
    since, store = 10_000_800.0, MemoryStore()
    times = np.arange(since - 3600, since + 1801, 15.0)
    bad = np.cumsum(np.where((times > since) & (times <= since + 60), 15.0, 0.0))
    for metric, values in (("all_total", times), ("bad_total", bad), ("up", times > 0)):
        store.append_column(Labels({METRIC_NAME: metric}), (times * 1000).astype(np.int64), values * 1.0)
    report = fetch_report(Records(*paged(since + 45, since + 900)), EmbeddedQuerier(store), since + 1800)
    assert (report.impact.duration.value, report.start_uncertainty) == (75, 45)
    assert 0.75 < report.impact.slis[0].share.value < 0.85


def test_a_wrong_query_of_the_map_hides_no_other_signal(seed_querier, seed_report):
    evidence = seed_report.evidence
    broken = evidence.signals.signals[0].model_copy(update={"name": "broken", "query": "sum("})
    signals = evidence.signals.model_copy(update={"signals": (*evidence.signals.signals, broken)})
    records = Records(evidence.incident, evidence.events, evidence.slos, signals)
    report = fetch_report(records, seed_querier, evidence.fetched_at)
    assert "signal:broken" in report.evidence.unavailable
    assert len(report.shifts) == len(seed_report.shifts)


def test_values_that_nothing_can_be_computed_of_are_no_samples(seed_querier, seed_report):
    evidence = seed_report.evidence
    traffic = next(one for one in evidence.signals.signals if one.role == "traffic")
    huge = traffic.model_copy(update={"name": "huge", "query": f"({traffic.query} * 1e306 > 1e308) or up"})
    signals = evidence.signals.model_copy(update={"signals": (*evidence.signals.signals, huge)})
    records = Records(evidence.incident, evidence.events, evidence.slos, signals)
    found = fetch_evidence(records, seed_querier, evidence.fetched_at)
    values = [one.values for name, one in found.series.items() if name.startswith("signal:huge")]
    assert values
    assert max(each.max() for each in values) <= 1.0
    assert conclude(found).shifts


@pytest.mark.parametrize(
    ("scraped_every_seconds", "known_for_seconds", "rate_window"),
    [(15, 7200, "45s"), (45, 7200, "2m18s"), (60, 7200, "3m"), (120, 7200, "6m"), (2, 200, "10s")],
)
def test_rates_are_over_three_scrapes_however_far_apart(
    seed_report, scraped_every_seconds, known_for_seconds, rate_window
):
    evidence, store = seed_report.evidence, MemoryStore()
    end = evidence.incident.detected_at + 60
    times = np.arange(end - known_for_seconds, end, scraped_every_seconds)
    up = Labels({METRIC_NAME: "up", "job": "shop"})
    store.append_column(up, (times * 1000).astype(np.int64), np.ones(len(times)))
    records = Records(evidence.incident, (), evidence.slos, evidence.signals)
    assert fetch_evidence(records, EmbeddedQuerier(store), end).rate_window == rate_window


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ({"service": "marketing"}, False),
        ({"service": "marketing", "kind": "note"}, False),
        ({"service": "marketing", "incident": "2025-09-03-1"}, True),
        ({"service": "replica"}, True),
        ({"service": None}, False),
        ({"service": None, "kind": "note"}, True),
        ({"service": "replica", "at": 0.0}, False),
    ],
)
def test_unclaimed_events_are_of_what_the_impacted_services_stand_on(seed_querier, seed_report, event, kept):
    evidence = seed_report.evidence
    switch = next(event for event in evidence.events if event.kind == "switch")
    banner = switch.model_copy(update={"id": 99, "incident": None, "text": "newsletter banner on", **event})
    records = Records(evidence.incident, (*evidence.events, banner), evidence.slos, evidence.signals)
    found = fetch_evidence(records, seed_querier, evidence.fetched_at)
    assert (99 in {event.id for event in found.events}) is kept


def test_an_engine_that_is_away_is_one_line(seed_report):
    class Away:
        def range(self, query, start, end, step_seconds):
            raise QueryError("connection refused", kind="unavailable", retryable=True)

    evidence = seed_report.evidence
    records = Records(evidence.incident, evidence.events, evidence.slos, evidence.signals)
    with pytest.raises(EvidenceError, match="connection refused"):
        fetch_report(records, Away(), evidence.fetched_at)
