import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.errors import RequestError
from alerts.receive import (
    Alert,
    Severity,
    fingerprint,
    format_time,
    merged,
    parse_alerts,
    parse_time,
    severity_of,
)
from collector.labels import Labels
from collector.sinks import rfc3339

AT = 1000.0
NAMES = st.text("abcdefghij_", min_size=1, max_size=8)


def one(**fields):
    (alert,), problems = parse_alerts([{"labels": {"alertname": "Slow"}, **fields}], AT, 300)
    assert not problems
    return alert


def test_fingerprint_is_alertmanagers():
    assert fingerprint(Labels({"alertname": "x", "service": "p"})) == "68f5d4a089e3e5c7"


@given(st.dictionaries(NAMES, st.text(min_size=1, max_size=8), min_size=1))
def test_fingerprint_does_not_depend_on_order_or_empty_labels(labels):
    backwards = dict(reversed(labels.items()))
    assert fingerprint(Labels(labels)) == fingerprint(Labels({**backwards, "zz": ""}))


def test_alert_without_times_starts_now_and_fires_for_the_resolve_timeout():
    alert = one()
    assert (alert.starts_at, alert.ends_at, alert.ends_by_timeout) == (AT, AT + 300, True)
    assert not one(endsAt=format_time(AT + 300)).ends_by_timeout


def test_zero_times_of_go_mean_not_given():
    alert = one(startsAt="0001-01-01T00:00:00Z", endsAt="0001-01-01T00:00:00.000Z")
    assert (alert.starts_at, alert.ends_at) == (AT, AT + 300)


def test_alert_with_an_end_only_starts_then():
    assert one(endsAt=format_time(AT - 10)).starts_at == AT - 10


@pytest.mark.parametrize(("ends_at", "firing"), [(AT - 1, False), (AT, False), (AT + 1, True)])
def test_alert_is_resolved_when_its_end_is_not_after_now(ends_at, firing):
    assert one(startsAt=format_time(AT - 60), endsAt=format_time(ends_at)).firing(AT) is firing


def lasting(starts_at, ends_at, **more):
    return Alert(Labels({"alertname": "Slow"}), {}, starts_at, ends_at, **more)


@pytest.mark.parametrize(("earlier_ends_at", "starts_at"), [(AT - 60, AT), (AT, AT), (AT + 1, AT - 90)])
def test_alert_goes_on_with_the_start_of_one_that_fired_when_it_began(earlier_ends_at, starts_at):
    alert = lasting(AT, AT + 300)
    assert merged(alert, lasting(AT - 90, earlier_ends_at)).starts_at == starts_at


@pytest.mark.parametrize(("by_timeout", "ends_at"), [(False, AT + 240), (True, AT + 10)])
def test_later_end_that_was_given_is_kept(by_timeout, ends_at):
    earlier = lasting(AT - 90, AT + 240, ends_by_timeout=by_timeout)
    assert merged(lasting(AT, AT + 10), earlier).ends_at == ends_at


def test_end_that_was_given_outlasts_a_timeout_that_is_sooner():
    after = merged(lasting(AT, AT + 300, ends_by_timeout=True), lasting(AT - 90, AT + 600))
    assert (after.ends_at, after.ends_by_timeout) == (AT + 600, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "body: Input should be a valid list"),
        ([{"annotations": {}}], "0.labels: Field required"),
        ([{"labels": {"a": 1}}], "0.labels.a: Input should be a valid string"),
        ([{"labels": {"a": "b"}, "startsAt": "yesterday"}], 'parsing time "yesterday"'),
        ([{"labels": {"a": "b"}, "startsAt": "2025-01-01T00:00:00"}], "with a zone"),
        ([{"labels": {"a": "b"}, "startsAt": 5}], "expected an RFC 3339 time"),
        ([{"labels": {"a": "b"}, "endsAt": 1e300}], 'parsing time "1e+300": expected a year from 1970'),
        ([{"labels": {"a": "b"}, "endsAt": math.nan}], "expected a year from 1970"),
        (
            [{"labels": {"a": "b"}, "endsAt": "9999-12-31T23:59:59-23:59"}],
            "expected a year from 1970 to 2999",
        ),
        ([{"labels": {"a": "b"}, "startsAt": "1969-12-31T23:59:59Z"}], "expected a year from 1970"),
    ],
)
def test_body_that_is_no_list_of_alerts_is_refused(body, said):
    with pytest.raises(RequestError, match="parsing alerts body") as caught:
        parse_alerts(body, AT, 300)
    assert said in str(caught.value)


def test_valid_alerts_are_taken_beside_invalid_ones():
    body = [
        {"labels": {"a": "b"}},
        {"labels": {"a": ""}},
        {"labels": {"a-b": "x"}},
        {"labels": {"a": "b"}, "annotations": {"x y": ""}},
        {"labels": {"a": "b"}, "startsAt": format_time(50), "endsAt": format_time(40)},
    ]
    alerts, problems = parse_alerts(body, AT, 300)
    assert len(alerts) == 1
    assert problems == (
        "at least one label pair required",
        'invalid label set: invalid name "a-b"',
        'invalid annotation set: invalid name "x y"',
        "start time must be before end time",
    )


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"severity": "page"}, Severity.PAGE),
        ({"severity": "critical"}, Severity.PAGE),
        ({"severity": "ticket"}, Severity.TICKET),
        ({"severity": "warning"}, Severity.TICKET),
        ({}, Severity.TICKET),
        ({"severity": "page", "guardrail": "cache_hit_ratio"}, Severity.TICKET),
    ],
)
def test_severity_and_a_guardrail_never_pages(labels, severity):
    assert one(labels={"alertname": "x", **labels}).severity is severity


@pytest.mark.parametrize(
    ("labels", "service"),
    [({"service": "a", "job": "b"}, "a"), ({"job": "b"}, "b"), ({}, "x")],
)
def test_service_falls_back_to_job_and_name(labels, service):
    assert one(labels={"alertname": "x", **labels}).service == service


def test_title_speaks_the_language_if_the_alert_does():
    alert = one(annotations={"summary": "slow", "summary_ko": "느림"})
    assert (alert.title("ko"), alert.title("en"), alert.title("fr")) == ("느림", "slow", "slow")


def test_values_are_made_plain_and_short():
    long = {"description": "a\x1b[2J\u202eb\n\tc", "summary": "김" * 3000}
    alert = one(labels={"alertname": "x\x07", "path": "p" * 5000}, annotations=long)
    assert (alert.name, alert.text("description", "en")) == ("x\ufffd", "a\ufffd[2J\ufffdb\n\tc")
    summary = alert.text("summary", "en")
    assert (len(summary.encode()) <= 8192, summary[-2:]) == (True, "김…")
    assert (len(alert.labels["path"].encode()), alert.labels["path"][-2:]) == (4096, "p…")


@given(st.floats(0, 4e9))
def test_times_survive_their_text(seconds):
    assert parse_time(format_time(seconds)) == pytest.approx(seconds, abs=0.0005001)


def test_time_is_written_as_the_collector_writes_it():
    assert format_time(1.9996) == rfc3339(1.9996) == "1970-01-01T00:00:02.000Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1e300, "3000-01-01T00:00:00.000Z"), (math.inf, "3000-01-01T00:00:00.000Z"), (-1e300, format_time(0))],
)
def test_time_that_was_kept_before_times_were_bounded_can_be_written(seconds, text):
    assert format_time(seconds) == text


def test_nanoseconds_of_go_are_read():
    assert parse_time("1970-01-01T00:00:01.123456789Z") == pytest.approx(1.123456)


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"severity": "pageteam", "sloth_severity": "page"}, Severity.PAGE),
        ({"severity": "critical", "sloth_severity": "ticket"}, Severity.TICKET),
    ],
)
def test_sloths_severity_says_more_than_a_word_of_its_users(labels, severity):
    assert severity_of(labels) is severity
