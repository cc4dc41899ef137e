import pytest

from alerts.corrections import named_row
from alerts.events import Kind, NewEvent
from alerts.receive import format_time
from postmortem.slips import find_slips

INCIDENT = "2025-09-03-1"


def correction(row, **more):
    return {
        "id": 90, "at": 1756861200.0, "kind": "correction", "author": "kim", "text": "x",
        "incident": INCIDENT, "attributes": {"row": row, **more},
    }  # fmt: skip


def item(cause):
    said = {"action": 1, "change": "added", "owner": "kim", "due": "2025-09-08", "cause": cause}
    return {
        "id": 91, "at": 1756861200.0, "kind": "action", "author": "lee", "text": "raise the limits",
        "incident": INCIDENT, "attributes": said,
    }  # fmt: skip


def test_nothing_is_said_of_rows_and_causes_that_there_are(report_on):
    for cause in ("", "replica.saturated", "too few connections"):
        assert [*find_slips(report_on([correction("onset:signal:replica_cpu"), item(cause)]))] == []


def test_a_correction_of_no_row_is_named_with_the_row_that_is_meant(report_on):
    (slip,) = find_slips(report_on([correction("onset:signal:replica_cpuu")]))
    told = "event 90 (kim) corrects nothing: no row is called 'onset:signal:replica_cpuu'"
    assert slip == f"{told}; onset:signal:replica_cpu is meant?"


def test_no_event_is_taken_for_another_by_its_number(report_on, seed_raw):
    (slip,) = find_slips(report_on([*seed_raw.events, correction("event:999")]))
    assert slip == "event 90 (kim) corrects nothing: no row is called 'event:999'"


def test_an_item_for_no_candidate_is_named(report_on):
    (slip,) = find_slips(report_on([item("cache.emptyed")]))
    assert slip == "action item 1 (lee): no candidate is called 'cache.emptyed'; cache.emptied is meant?"


def test_the_server_takes_the_id_of_every_row(seed_report):
    for row in seed_report.timeline:
        assert named_row(NewEvent(0.0, Kind.CORRECTION, "", attributes={"row": row.id})) == row.id


@pytest.mark.parametrize("at", [True, "12:27:30"])
def test_a_time_that_cannot_be_read_is_named(report_on, at):
    (slip,) = find_slips(report_on([correction("impact:start", at=at)]))
    wanted = "expected Unix seconds or RFC 3339 with a zone"
    assert slip == f"event 90 (kim) moves nothing: attributes.at: {wanted}, found {str(at)!r}"


@pytest.mark.parametrize(("row", "at"), [("impact:start", 0), ("impact:end", 3e10)])
def test_an_end_outside_of_the_record_is_named(report_on, row, at):
    (slip,) = find_slips(report_on([correction(row, at=at)]))
    wanted = "expected a time of the record, 2025-09-03T"
    assert slip.startswith(f"event 90 (kim) moves nothing: attributes.at: {wanted}")
    assert slip.endswith(f", found {format_time(at)}")
