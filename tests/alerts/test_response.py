import pytest

from alerts.errors import RequestError
from alerts.events import Kind
from alerts.incidents import State

ID = "2025-09-03-1"


@pytest.fixture
def paged(world):
    world.fire("ProductSlow", "product")
    world.pass_time()
    return world


def act(world, name, **more):
    return getattr(world.app.response, name)(ID, "kim", "api", world.clock.now(), **more)


def test_acknowledging_is_told_once(paged):
    paged.clock.advance(20)
    for _ in range(2):
        assert act(paged, "acknowledge").acknowledged_at == paged.clock.now()
    paged.pass_time()
    (event,) = paged.events(Kind.ACKNOWLEDGED)
    assert (event.author, paged.sent) == ("kim", ["page", "update"])


def test_acknowledging_what_is_over_is_refused(paged):
    act(paged, "resolve")
    with pytest.raises(RequestError, match="resolved already") as caught:
        act(paged, "acknowledge")
    assert caught.value.status == 409


def test_unknown_incident_is_404(world):
    with pytest.raises(RequestError) as caught:
        act(world, "resolve")
    assert caught.value.status == 404


def test_closing_by_hand_holds_while_the_same_alert_fires(paged):
    act(paged, "resolve")
    paged.fire("ProductSlow", "product")
    paged.pass_time(60)
    (incident,) = paged.incidents()
    assert (incident.state, incident.closed_by) == (State.RESOLVED, "kim")


def test_closing_by_hand_holds_while_the_alert_is_sent_without_its_start(world):
    alert = world.alert("ProductSlow", "product")
    world.app.send([alert])
    world.pass_time(30)
    act(world, "resolve")
    for _ in range(3):
        world.pass_time(60)
        world.app.send([alert])
    assert (world.incidents()[0].state, world.sent.count("page")) == (State.RESOLVED, 1)


def test_page_that_fired_when_it_was_closed_stays_quiet_when_a_ticket_reopens_the_incident(paged):
    act(paged, "resolve")
    paged.clock.advance(30)
    paged.fire("HitRatio", "product", "ticket", startsAt=paged.clock.now())
    paged.fire("ProductSlow", "product")
    paged.pass_time(60)
    assert (paged.incidents()[0].state, paged.sent.count("page")) == (State.OPEN, 1)


def test_new_failure_reopens_what_was_closed_by_hand(paged):
    act(paged, "resolve")
    paged.end("ProductSlow", "product")
    paged.clock.advance(30)
    paged.fire("ProductSlow", "product", startsAt=paged.clock.now())
    assert paged.incidents()[0].state is State.OPEN


@pytest.mark.parametrize("service", ["product", "redis", "order"])
def test_event_joins_the_open_incident_of_a_related_service(paged, service):
    assert paged.record(Kind.SWITCH, service).incident == ID


@pytest.mark.parametrize("service", ["mail", None])
def test_event_of_another_service_joins_nothing(paged, service):
    assert paged.record(Kind.NOTE, service).incident is None


def test_event_prefers_the_incident_of_its_own_service(paged):
    paged.fire("MailFails", "mail")
    assert paged.record(Kind.NOTE, "mail").incident == "2025-09-03-2"


def test_what_is_more_than_a_day_ahead_has_not_happened(paged):
    paged.record(Kind.NOTE, "product", at=paged.clock.now() + 86_400)
    with pytest.raises(
        RequestError, match=r"^at: expected what has happened by now \(2025-.*Z\), found 2025-"
    ):
        paged.record(Kind.NOTE, "product", at=paged.clock.now() + 86_401)
    assert len(paged.events(Kind.NOTE)) == 1


def test_events_are_told_but_faults_of_a_drill_are_not(paged):
    paged.record(Kind.FAULT, "redis")
    paged.pass_time(60)
    assert paged.sent == ["page"]
    paged.record(Kind.MITIGATION, "product", text="TTL raised")
    paged.pass_time()
    assert [event.text for event in paged.notifiers[0].sent[-1][0].news] == ["TTL raised"]


def test_posted_acknowledgement_and_resolution_do_what_they_say(paged):
    paged.record(Kind.ACKNOWLEDGED, "product", author="runbook")
    assert paged.incidents()[0].state is State.ACKNOWLEDGED
    paged.record(Kind.RESOLVED, "product", author="runbook")
    assert paged.incidents()[0].closed_by == "runbook"
    assert len(paged.events(Kind.RESOLVED)) == 1


def test_closing_that_is_dated_back_holds_what_began_since_then(paged):
    paged.clock.advance(300)
    began_at = paged.clock.now()
    paged.fire("OrderErrors", "order", startsAt=began_at)
    paged.clock.advance(60)
    paged.record(Kind.RESOLVED, "product", author="kim", at=began_at - 60)
    paged.fire("ProductSlow", "product")
    paged.fire("OrderErrors", "order", startsAt=began_at)
    paged.pass_time(60)
    (incident,) = paged.incidents()
    assert (incident.state, incident.resolved_at) == (State.RESOLVED, began_at - 60)
    assert paged.sent.count("page") == 1


@pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGED, Kind.RESOLVED])
@pytest.mark.parametrize("seconds", [-101, 11, 86_400])
def test_acts_before_the_start_or_in_the_future_are_refused(paged, kind, seconds):
    paged.clock.advance(100)
    with pytest.raises(RequestError, match=r"at: expected .* \(2025-09-03T01:05:00\.000Z\) to now") as caught:
        paged.record(kind, "product", at=paged.clock.now() + seconds)
    assert (caught.value.status, paged.incidents()[0].state) == (400, State.OPEN)


@pytest.mark.parametrize("seconds", [-100, 10])
def test_acts_are_taken_from_the_start_to_a_clock_that_is_a_little_ahead(paged, seconds):
    paged.clock.advance(100)
    paged.record(Kind.RESOLVED, "product", at=paged.clock.now() + seconds)
    assert paged.incidents()[0].state is State.RESOLVED


@pytest.mark.parametrize("kind", [Kind.DETECTED, Kind.PAGED])
def test_what_only_fireline_knows_cannot_be_posted(world, kind):
    with pytest.raises(RequestError, match="written by Fireline only"):
        world.record(kind, "product")


def test_press_that_slack_repeats_counts_once(paged):
    for _ in range(2):
        act(paged, "mark_mitigation", key="U1/mitigation/17")
    act(paged, "mark_mitigation", key="U1/mitigation/18")
    assert len(paged.events(Kind.MITIGATION)) == 2


@pytest.mark.parametrize("other", [{"tier": "fast"}, {"slo": "product-latency"}])
def test_silencing_leaves_a_louder_tier_and_another_objective_to_ring(world, other):
    burn = {"slo": "product-availability", "tier": "1h"}
    world.fire("ErrorBudgetBurn", "product", "ticket", **burn)
    act(world, "silence", until=world.clock.now() + 3600, key="U1/silence/1")
    world.fire("ErrorBudgetBurn", "product", "ticket", **burn)
    world.fire("ErrorBudgetBurn", "product", **{**burn, **other})
    world.pass_time()
    assert world.sent == ["page"]


def test_silencing_mutes_each_alert_of_the_incident(paged):
    paged.fire("OrderErrors", "order", path='a"b|c')
    act(paged, "silence", until=paged.clock.now() + 3600, key="U1/silence/1")
    act(paged, "resolve")
    for name, service, more in (("ProductSlow", "product", {}), ("OrderErrors", "order", {"path": 'a"b|c'})):
        paged.end(name, service, **more)
        paged.fire(name, service, startsAt=paged.clock.now() + 1, **more)
    assert [incident.state for incident in paged.incidents()] == [State.RESOLVED]


def test_silencing_mutes_the_incidents_alerts_only(paged):
    until = paged.clock.now() + 3600
    for _ in range(2):
        act(paged, "silence", until=until, key="U1/silence/1")
    act(paged, "resolve")
    paged.end("ProductSlow", "product")
    paged.clock.advance(1200)
    paged.fire("ProductSlow", "product", startsAt=paged.clock.now())
    paged.fire("ProductErrors", "product", startsAt=paged.clock.now())
    assert [incident.title for incident in paged.incidents()] == [
        "ProductSlow summary",
        "ProductErrors summary",
    ]


def test_what_fireline_writes_of_an_act_is_kept_in_both_languages(paged):
    for name, more in (
        ("acknowledge", {}),
        ("mark_mitigation", {"key": "1"}),
        ("silence", {"key": "2", "until": paged.clock.now() + 600}),
        ("resolve", {}),
    ):
        act(paged, name, **more)
    said = [(event.text, event.words("en"), event.words("ko")) for event in paged.events()[2:]]
    assert said == [
        ("taken", "taken", "대응 시작"),
        (*["a mitigation was applied (marked in Slack)"] * 2, "완화 조치 적용 (Slack에서 기록)"),
        (*["silenced until 10:15 KST"] * 2, "10:15 KST까지 알림 중지"),
        ("closed by hand", "closed by hand", "수동으로 해소 처리"),
    ]


def test_end_that_fireline_writes_is_kept_in_both_languages(paged):
    paged.end("ProductSlow", "product")
    paged.pass_time(60)
    (event,) = paged.events(Kind.RESOLVED)
    assert (event.text, event.words("ko")) == ("all alerts have recovered", "모든 경보가 해제됨")


def test_posted_words_stay_as_they_are(paged):
    paged.record(Kind.RESOLVED, "product", text="rolled back", author="kim")
    (event,) = paged.events(Kind.RESOLVED)
    assert (event.text, event.attributes) == ("rolled back", {})


def test_end_that_is_posted_without_words_was_by_hand(paged):
    paged.record(Kind.RESOLVED, "product", text="", author="kim")
    assert paged.events(Kind.RESOLVED)[0].text == "closed by hand"
