import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.budget.status import WindowCounts
from alerts.budget.taken_off import Excluded
from alerts.exclusions.times import Exclusion, occurrences
from alerts.receive import Severity
from alerts.selectors import Unmatched
from alerts.slo import Calendar, CalendarUnit
from collector.errors import QueryError
from dashboards.readings import GuardrailReading, Readings, SloReading, State, TargetReading
from dashboards.web.show import Show
from dashboards.web.words import LANGUAGES, texts

MONTH = Calendar(CalendarUnit.MONTH, 1, "2025-01-01 00:00:00", "Asia/Seoul")
SEOUL = ZoneInfo("Asia/Seoul")


def text_of(html):
    """What a reader sees: the main part without tags."""
    main = re.sub(r"<(style|title).*?</\1>", " ", html[html.index("<main") :], flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_overview_says_how_everything_stands(site):
    text = text_of(site.html("/"))
    assert text.startswith("The objective is kept")
    assert "Orders answered order · 99% over 30d 83%" in text
    assert "0.5× 5m 0.4× 1h 0.3× 6h 0.5% allowed 1%" in text
    assert "Hit ratio product · Limit: below 60% 86%" in text
    assert "Up shop 127.0.0.1:8000 12 ms" in text


def test_guardrail_that_waits_says_for_how_long(site, hit_ratio):
    patient = replace(hit_ratio, for_seconds=120.0)
    site.shows(guardrails=(GuardrailReading(patient, State.PENDING, 0.4, site.clock.now() - 40),))
    assert "Past limit, pending for 40 s; a ticket after 2m Hit ratio" in text_of(site.html("/"))
    assert "벗어남, 대기 중 40초째, 2분 지속되면 티켓" in text_of(site.html("/?lang=ko"))


def test_overview_in_korean_by_address_or_configuration(site):
    html = site.html("/?lang=ko")
    assert '<html lang="ko">' in html
    assert "주문 성공 order · 30일 동안 99%" in text_of(html)
    assert 'href="/slos/orders?lang=ko"' in html


def test_unknown_language_is_the_configured_one(site):
    assert '<html lang="en">' in site.html("/?lang=fr")


def test_empty_overview_tells_what_to_do_next(site):
    site.readings = Readings(at=1.0)
    text = text_of(site.html("/"))
    assert "Nothing is watched yet" in text
    for key in ("slo_files", "guardrail_files", "scrape_configs"):
        assert key in text


def test_objective_without_data_tells_what_to_check(site):
    site.shows(slos=(SloReading(site.reading().slo),))
    assert "Check that the target is scraped" in text_of(site.html("/"))


def test_failed_look_is_said_beside_what_was_last_seen(site):
    site.shows(failure="connection refused")
    text = text_of(site.html("/"))
    assert "could not be read: connection refused" in text
    assert "Orders answered" in text


def test_budget_that_runs_out_says_when(site):
    site.shows(slos=(site.reading("burning", left=0.5, gone_in=43_210.0),))
    assert "50% gone in 12 h at this pace" in text_of(site.html("/"))


def test_overspent_budget_has_none_left(site):
    site.shows(slos=(site.reading("spent", left=-0.25),))
    assert "0% overspent by 25%" in text_of(site.html("/"))


@pytest.mark.parametrize("state", [*State])
def test_every_state_has_a_shape_and_words_of_its_own(site, state):
    site.shows(targets=(TargetReading("shop", "here", state),))
    row = site.html("/").rpartition("<tbody>")[2]
    assert re.search(r"<(path|circle)", row)
    assert state.value not in text_of("<main>" + row)  # words, not our own names
    assert text_of("<main>" + row)


def test_tier_says_how_much_of_its_window_is_recorded(site):
    young = site.reading()
    shares = {259_200.0: 900 / 259_200}
    site.shows(slos=(with_status(young, history=shares),))
    text = text_of(site.html("/slos/orders"))
    assert "3d Windows: 3d, 6h · 10 min of 3 d recorded" in text
    assert "1d Windows: 1d, 2h 3.0×" in text
    assert "What is not recorded yet counts as good" in text
    assert "3일 중 10분 기록됨" in text_of(site.html("/slos/orders?lang=ko"))


def test_open_incident_leads_the_overview(site):
    site.incident()
    text = text_of(site.html("/"))
    assert text.startswith("1 urgent incident is open")
    assert "2025-09-03-1 · since 10:04:00 KST · for 1 min Orders fail order" in text


def test_incident_page_tells_what_happened(site):
    site.incident()
    site.event("detected", "it burns", attributes={"labels": {"tier": "fast"}})
    change = {"switch": "single_flight", "from": False, "to": True}
    site.event("switch", "single_flight on", author="runbook", attributes=change)
    text = text_of(site.html("/incidents/2025-09-03-1"))
    assert "Began 10:04:00 KST Detected 10:04:30 KST +30 s Paged –" in text
    assert "10:04:40 Detected it burns order · tier fast · by fireline" in text
    assert "Switch single_flight on order · by runbook · single_flight: off → on" in text
    assert "postmortem report 2025-09-03-1 --url http://testserver --lang en" in text


def test_alerts_of_one_objective_are_one_entry_led_by_the_page(site):
    site.incident()
    html = site.html("/incidents/2025-09-03-1")
    assert html.count("<article") == 1
    assert "Page Firing burns (fast)" in text_of(html)
    assert "타들어 갑니다" in site.html("/incidents/2025-09-03-1?lang=ko")


def test_title_of_an_incident_follows_the_reader(site):
    site.incident(titles={"en": "Orders fail", "ko": "주문 실패"})
    for path in ("/", "/incidents", "/incidents/2025-09-03-1"):
        assert "주문 실패" in text_of(site.html(f"{path}?lang=ko"))
        assert "Orders fail" in text_of(site.html(f"{path}?lang=en"))
    assert "<title>2025-09-03-1 주문 실패" in site.html("/incidents/2025-09-03-1?lang=ko")


def test_evidence_is_of_the_services_and_what_they_stand_on(site):
    site.incident()
    html = site.html("/incidents/2025-09-03-1")
    charts = re.findall(r'<figure class="chart" id="([^"]+)"', html)
    assert charts == ["signal-order_rate", "signal-redis_errors"]


def test_evidence_that_cannot_be_read_is_said_and_the_page_stays(site):
    site.incident()
    site.querier.failure = QueryError("no answer", kind="unavailable", retryable=True)
    text = text_of(site.html("/incidents/2025-09-03-1"))
    assert "could not be drawn: Orders · order: no answer" in text
    assert "Timeline" in text


def test_incidents_are_listed_newest_first_or_explained(site):
    assert "There has been no incident" in site.html("/incidents")
    site.incident(severity=Severity.TICKET)
    assert "Ticket Open 2025-09-03-1" in text_of(site.html("/incidents"))


def test_objective_page_shows_charts_and_where_it_alerts(site):
    html = site.html("/slos/orders?window=1h")
    assert re.findall(r'<figure class="chart" id="([^"]+)"', html) == ["budget", "errors"]
    assert "Page 1h Windows: 1h, 5m 14.4× 14.4%" in text_of(html)
    assert "sum(increase(bad_total[$window]))" in html


def test_objective_page_window_that_is_unknown_is_six_hours(site):
    assert 'aria-current="true">6h<' in site.html("/slos/orders?window=1y")


@pytest.mark.parametrize(
    "path", ["/incidents/1999-01-01-1", "/slos/none", "/static/none.css", "/static/x.py", "/no"]
)
def test_unknown_address_is_a_page_that_leads_back(site, path):
    answer = site.get(path)
    assert (answer.status_code, 'href="/"' in answer.text) == (404, True)


def test_unknown_address_is_json_for_programs(site):
    answer = site.get("/no", accept="application/json")
    assert (answer.status_code, answer.json()) == (404, {"error": "/no: not found"})


def test_page_that_cannot_be_made_says_so(site):
    site.readings = None
    answer = site.get("/?lang=ko")
    assert answer.status_code == 500
    assert "페이지를 만들지 못했습니다" in answer.text


HOSTILE = "<script>alert('x')</script>\"&"


def test_everything_is_escaped(site):
    site.incident(title=HOSTILE)
    site.event(
        "note", HOSTILE, author=HOSTILE, attributes={"switch": HOSTILE, "from": HOSTILE, "to": HOSTILE}
    )
    site.database.change(
        lambda c: site.alert(c, "2025-09-03-1", tier=HOSTILE, severity="page", extra=HOSTILE)
    )
    site.shows(targets=(TargetReading(HOSTILE, HOSTILE, State.DOWN, error=HOSTILE),), failure=HOSTILE)
    for path in ("/", "/incidents", "/incidents/2025-09-03-1", f"/slos/{HOSTILE}?lang={HOSTILE}"):
        assert "<script>alert" not in site.get(path).text


def test_runbook_link_leads_to_the_web_only(site):
    show = Show("en", None, 0.0)
    assert show.runbook({"runbook_url": "javascript:alert(1)"}) == ""
    assert show.runbook({"runbook_url": "https://wiki/x"}) == "https://wiki/x"


def test_nothing_comes_from_outside(site):
    answer = site.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
    assert " style=" not in answer.text


@pytest.mark.parametrize("name", ["charts.css", "fireline.css", "refresh.js", "mark.svg"])
def test_static_files_are_served(site, name):
    assert site.get(f"/static/{name}").status_code == 200


def test_words_are_complete_in_both_languages():
    assert [key for key, forms in texts().items() if set(forms) != set(LANGUAGES)] == []


@pytest.mark.parametrize("path", ["/", "/slos/orders"])
@pytest.mark.parametrize(
    ("why", "text"),
    [
        (Unmatched("request_total"), "no series is named request_total"),
        (Unmatched("requests_total", "status"), "no series of requests_total has the label status"),
    ],
)
def test_an_objective_whose_bad_events_are_misspelt_says_so(site, path, why, text):
    site.shows(slos=(replace(site.reading(), unmatched=why),))
    assert text in site.html(path)


def with_status(reading, **more):
    return replace(reading, account=replace(reading.account, status=replace(reading.status, **more)))


def test_calendar_period_is_named_as_such(site):
    site.shows(slos=(site.reading("burning", calendar=MONTH),))
    assert "99% over a calendar month" in text_of(site.html("/"))
    assert "달력 1개월 동안 99%" in text_of(site.html("/?lang=ko"))


def test_objective_tells_its_bad_minutes(site):
    assert "Bad minutes 35 allowed 432" in text_of(site.html("/slos/orders"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "The budget leaves out 2 h: move, 2 h and going on (by Kim: agreed). With it, as charts and",
        ),
        (
            "ko",
            "2시간을 뺐습니다: move, 2시간, 진행 중 (Kim: agreed). 차트와 경보처럼 빼지 않으면 50% 초과",
        ),
    ],
)
def test_objective_tells_what_its_budget_leaves_out(site, language, said):
    reading = site.reading()
    at = reading.status.at
    start = datetime.fromtimestamp(at - 7200, SEOUL).replace(tzinfo=None)
    one = Exclusion("move", start, SEOUL, 0, 7200.0, ("*",), ("*",), "Kim", "agreed")
    found = occurrences([one], reading.slo, at - 86_400, at)
    excluded = Excluded(found, WindowCounts(2_592_000.0, 150.0, 10_000.0), 100.0, 100.0, at)
    site.shows(slos=(replace(reading, account=replace(reading.account, excluded=excluded)),))
    assert said in text_of(site.html(f"/slos/orders?lang={language}"))
